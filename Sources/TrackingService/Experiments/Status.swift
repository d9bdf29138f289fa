/// What a client says of its run.
enum StatusReport: Sendable, Equatable {
    /// It is alive. A finished or lost run runs again; a crashed one stays crashed until somebody attaches to it,
    /// for the client beats on between the crash and its end.
    case beat
    /// Its last word: finished, unless it crashed before.
    case end
    case crash(String)
    /// The client could not send something; the run goes on.
    case error(String)
    /// Somebody sets the state by hand; these two take the crash back.
    case finish
    case resume

    /// Error texts are tracebacks; longer ones are cut.
    static let errorBytesMax = 64 * 1024
}
