/// How a `Database` reaches its server, and the limits it keeps.
public struct DatabaseConfig: Sendable {
    /// libpq's connection string: `host=/run/postgresql dbname=halley user=halley_tracking passfile=…`.
    public var conninfo: String
    /// Connections in pipeline mode that short statements share. One or two are the fastest.
    public var pipelines: Int
    /// Connections for interactive transactions, opened when first needed.
    public var sessions: Int
    /// A short statement that takes longer is ended by the server (57014).
    public var statementTimeout: Duration
    /// The same for one statement of an interactive transaction.
    public var sessionStatementTimeout: Duration = .seconds(60)
    /// An interactive transaction that stays silent for longer is ended by the server.
    public var idleInTransactionTimeout: Duration = .seconds(60)
    /// How long a call waits for a connection while there is none.
    public var connectionWaitMax: Duration = .seconds(5)
    /// Short statements sent on one connection and not yet answered.
    public var depthMax = 64
    /// Short statements that wait to be sent; over it a call fails at once (53300).
    public var waitingMax = 8192
    /// Calls that wait for a session; over it a call fails at once (53300).
    public var sessionWaitersMax = 1024
    /// Prepared statements kept on one connection; the longest unused goes first.
    public var preparedMax = 400

    public init(
        conninfo: String, pipelines: Int = 2, sessions: Int = 4, statementTimeout: Duration = .seconds(15)
    ) {
        self.conninfo = conninfo
        self.pipelines = max(1, pipelines)
        self.sessions = max(1, sessions)
        self.statementTimeout = statementTimeout
    }

    /// Settings of a pipeline's connection. JIT costs more than short statements gain. So does planning them anew each
    /// time, which PostgreSQL prefers for arrays because it takes an unknown one for longer than they are. But a plan
    /// that is kept must not be one for the empty tables of the first minute: short statements look rows up in indexes.
    var pipelineSettings: [(String, String)] {
        [
            ("statement_timeout", "\(statementTimeout.milliseconds)"), ("jit", "off"),
            ("plan_cache_mode", "force_generic_plan"),
            ("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off"),
        ]
    }

    var sessionSettings: [(String, String)] {
        [
            ("statement_timeout", "\(sessionStatementTimeout.milliseconds)"),
            ("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.milliseconds)"),
        ]
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
