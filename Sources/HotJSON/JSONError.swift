/// Why a body was not taken. The message is a full sentence for whoever sent it and names the field or the byte.
public struct JSONError: Error, Sendable, Equatable {
    public enum Kind: Sendable { case malformed, wrongType, missing, tooLarge }

    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
