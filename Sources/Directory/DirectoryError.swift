/// Why a directory has not said who somebody is.
public enum DirectoryError: Error, Sendable, Equatable {
    /// Not a setting that can be used; names the field.
    case malformed(String)
    case unresolved
    case unreachable
    case timedOut
    /// Too many questions are under way.
    case busy
    /// No TLS: it has none, or its certificate is not of the authority that is trusted, or of another name.
    case untrusted
    /// The directory does not let this instance in with its own name and password.
    case notAdmitted
    /// It does not answer what is asked: the base is not there, the filter is wrong, it leads elsewhere.
    case notAnswered
    case unknownUser
    /// More than one entry is meant.
    case ambiguousUser
    case wrongPassword
    /// There are more groups than are looked at.
    case tooManyGroups
    /// The groups come in pieces, which are not asked for.
    case partialGroups
}
