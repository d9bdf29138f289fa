/// One thing that was looked at.
public struct Finding: Sendable, CustomStringConvertible {
    public enum State: String, Sendable {
        case fine = "ok"
        /// Works, but somebody should know.
        case notable = "note"
        case wrong = "WRONG"
    }

    public let state: State
    public let subject: String
    /// What was found and, when it is wrong, what to do.
    public let text: String

    public init(_ state: State, _ subject: String, _ text: String) {
        self.state = state
        self.subject = subject
        self.text = text
    }

    public var description: String {
        let padded = subject + String(repeating: " ", count: max(0, 12 - subject.count))
        let mark = state.rawValue + String(repeating: " ", count: max(0, 5 - state.rawValue.count))
        return "\(mark)  \(padded)  \(text)"
    }
}
