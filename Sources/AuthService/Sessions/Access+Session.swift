import Model

extension Access {
    /// Throws `.forbidden` for a key, in the words given: whoever has found one must not be able to make it last.
    func requireSession(_ message: String) throws(Failure) {
        guard bySession else { throw Failure(.forbidden, message, reason: "session_required") }
    }
}
