internal import Foundation
public import Model
public import SwiftProtobuf
public import Wire
internal import WireMessages

/// Who calls a service when its methods are tried one by one. All but `nobody` own a workspace of their own.
public enum Caller: String, CaseIterable, Sendable {
    /// Without any access.
    case nobody
    /// Without any right in the workspace that is asked about.
    case stranger
    case viewer, commenter, editor, admin, owner
    /// With a right on the instance, and none in the workspace.
    case instanceUser, instanceAuditor, instanceAdmin
    /// With a key that keeps people and groups for a provider: every other method refuses it.
    case provisioner

    var role: Role? { Role(rawValue: rawValue) }

    fileprivate func access(_ workspace: ID<Workspace>, bySession: Bool) -> Access {
        let own = Grant(.owner, on: .workspace(.fresh()))
        let more = role.map { Grant($0, on: Role.scoped.contains($0) ? .workspace(workspace) : .instance) }
        return Access(
            kind: self == .provisioner ? .provisioner : .person, principal: .fresh(), name: rawValue,
            grants: [own] + (more.map { [$0] } ?? []),
            credential: .fresh(), bySession: bySession,
            assurance: bySession ? Assurance(provedAt: Date()) : Assurance(), expiresAt: .distantFuture)
    }
}

/// One way to call a method, and who may.
public struct RightsRow<Scene: Sendable>: Sendable {
    public enum Rule: Sendable {
        /// Whoever's role allows this in the workspace; to those without a role in it, it is not there.
        case needs(Action)
        /// The same, but those without a role get an answer in which nothing of it is told.
        case shows(Action)
        /// Whoever's role allows this on the instance.
        case instance(Action)
        /// A provisioner alone.
        case provisioning
        /// What is named in the request is the authority.
        case anybody
        /// Told of each caller apart; `nil`: it is done.
        case told(@Sendable (Caller) -> Failure.Code?)
    }

    public enum Shape: Sendable { case unary, upload, download }

    let method: Int
    let name: String
    let rule: Rule
    let shape: Shape
    let ask: @Sendable (Scene, Access) async throws -> any Message

    /// `ask` makes a request that the method fulfils when it is allowed; it is called anew for each caller.
    public init(
        _ method: some RawRepresentable<Int>, _ rule: Rule, _ shape: Shape = .unary,
        _ ask: @escaping @Sendable (_ scene: Scene, _ caller: Access) async throws -> any Message
    ) {
        self.method = method.rawValue
        self.name = "\(method)"
        self.rule = rule
        self.shape = shape
        self.ask = ask
    }

    /// `nil`: it is done.
    func refusal(of caller: Caller) -> Failure.Code? {
        let isMember = caller.role.map(Role.scoped.contains) ?? false
        func unless(_ action: Action) -> Failure.Code? {
            caller.role.map { Matrix.allows($0, action) } ?? false ? nil : .forbidden
        }
        switch (rule, caller) {
        case (.provisioning, .provisioner): return nil
        case (_, .provisioner): return .forbidden
        case (.provisioning, .nobody): return .unauthenticated
        case (.provisioning, _): return .forbidden
        case (.anybody, _): return nil
        case (.told(let code), _): return code(caller)
        case (_, .nobody): return .unauthenticated
        case (.instance(let action), _): return unless(action)
        case (.needs(let action), _): return isMember ? unless(action) : .notFound
        case (.shows(let action), _): return isMember ? unless(action) : nil
        }
    }

    /// Whether the answer may hold what is in the workspace.
    func mayShow(_ caller: Caller) -> Bool {
        if case .shows = rule { caller.role.map(Role.scoped.contains) ?? false } else { true }
    }
}

/// The table of a service's methods, tried over a real socket.
public struct Rights<Scene: Sendable>: Sendable {
    let rows: [RightsRow<Scene>]
    let bySession: Bool

    /// `bySession`: the callers have just signed in, rather than come with keys.
    public init(_ rows: [RightsRow<Scene>], bySession: Bool = false) {
        self.rows = rows
        self.bySession = bySession
    }

    /// Methods without a row, and rows without a method.
    public func strays(_ methods: Methods) -> [UInt16] {
        Set(rows.map { UInt16($0.method) }).symmetricDifference(methods.numbers).sorted()
    }

    /// What is not as the matrix says: a line for each. `secrets` are bytes that only members may get to see.
    public func violations(
        of methods: Methods, in workspace: ID<Workspace>, _ scene: Scene, secrets: [[UInt8]]
    ) async throws -> [String] {
        let people = Caller.allCases.map { ($0, $0.access(workspace, bySession: bySession)) }
        return try await Self.serving(methods, people.map(\.1)) { client in
            var found: [String] = []
            for row in rows {
                for (number, (caller, access)) in people.enumerated() {
                    let context = CallContext(access: caller == .nobody ? [] : [UInt8(number)], deadline: .seconds(600))
                    let message = try await row.ask(scene, access)
                    let (refusal, answer) = await Self.answer(row, message, client, context)
                    if refusal != row.refusal(of: caller) {
                        found.append("\(row.name) by \(caller): \(refusal?.rawValue ?? "done")")
                    }
                    if !row.mayShow(caller), secrets.contains(where: { answer.firstRange(of: $0) != nil }) {
                        found.append("\(row.name) shows it to \(caller)")
                    }
                }
            }
            return found
        }
    }

    private static func answer(
        _ row: RightsRow<Scene>, _ message: any Message, _ client: RPCClient, _ context: CallContext
    ) async -> (Failure.Code?, [UInt8]) {
        do {
            // Any answer reads as an empty message that keeps what it does not know.
            let answer: Empty =
                switch row.shape {
                case .unary: try await client.call(Number(row.method), message, context)
                case .upload:
                    try await client.upload(Number(row.method), message, context, body: Incoming([Chunk([1, 2, 3])]))
                case .download: try await client.download(Number(row.method), message, context) { answer, _ in answer }
                }
            return (nil, try answer.serializedBytes())
        } catch {
            return ((error as? Failure)?.code ?? .bug, [])
        }
    }

    private static func serving<Value: Sendable>(
        _ methods: Methods, _ people: [Access], _ body: (RPCClient) async throws -> Value
    ) async throws -> Value {
        try await ScratchDirectory.with { folder in
            let socket = Address.unix(folder.path + "/s")
            let server = RPCServer(
                service: "test", listen: socket, methods: methods,
                verify: { bytes throws(Failure) in people[Int(bytes[0])] }, logger: ScratchDatabase.logger)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                defer { group.cancelAll() }
                let client = RPCClient(
                    service: "test", as: "gateway", addresses: [socket], logger: ScratchDatabase.logger)
                do {
                    let value = try await body(client)
                    await client.close()
                    return value
                } catch {
                    await client.close()
                    throw error
                }
            }
        }
    }

    private struct Number: RawRepresentable {
        let rawValue: Int

        init(rawValue: Int) { self.rawValue = rawValue }
        init(_ number: Int) { rawValue = number }
    }
}
