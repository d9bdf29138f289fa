import Foundation
import Model

/// A function that a running script offers to people.
struct RemoteFunction: Sendable, Equatable {
    static let nameBytesMax = 200
    static let documentationBytesMax = 16 * 1024
    static let argumentsMax = 100

    let name: String
    let documentation: String
    let arguments: [String]

    init(name: String, documentation: String, arguments: [String]) throws(Failure) {
        guard !name.isEmpty else { throw Failure(.invalid, "A function needs a name.", reason: "name_empty") }
        try TextRule.check(name, "name of the function", bytesMax: Self.nameBytesMax)
        try TextRule.check(documentation, "documentation of the function", bytesMax: Self.documentationBytesMax)
        guard arguments.count <= Self.argumentsMax else {
            throw Failure(.invalid, "More than \(Self.argumentsMax) arguments.")
        }
        for argument in arguments { try TextRule.check(argument, "name of an argument", bytesMax: Self.nameBytesMax) }
        (self.name, self.documentation, self.arguments) = (name, documentation, arguments)
    }
}

/// A call into a running script.
struct RemoteCall: Sendable {
    static let argumentBytesMax = 64 * 1024
    static let resultBytesMax = 256 * 1024

    let id: UUID
    let caller: String
    let function: String
    /// `stop`, which every client knows without offering it.
    let isBuiltIn: Bool
    let arguments: [String: String]
    let createdAt: Date
    var endedAt: Date?
    var result = ""
    var error = ""
}
