import Foundation
import Model

/// Calls from people into running scripts. A script learns of them by the answer to its next beat, and fetches them.
struct RemoteCalls: Sendable {
    static let builtIns: Set<String> = ["stop"]
    static let waitingMax = 100

    let store: RemoteCallStore
    let locator: ExperimentLocator
    let activity: Activity

    func register(_ function: RemoteFunction, on key: String, as access: Access) async throws {
        let place = try await locator.locate(key, .log, as: access).place
        try await store.upsert(function, on: place)
        activity.logged(place, .values)
    }

    /// Throws `.notFound`, reason `function_unknown`, for what the script does not offer, and `.exhausted` while too
    /// many calls wait.
    func call(
        _ function: String, isBuiltIn: Bool, arguments: [String: String], on key: String, as access: Access
    ) async throws -> UUID {
        for (name, value) in arguments {
            try TextRule.check(name, "name of an argument", bytesMax: RemoteFunction.nameBytesMax)
            try TextRule.check(value, "argument \(name)", bytesMax: RemoteCall.argumentBytesMax)
        }
        let located = try await locator.locate(key, .log, as: access)
        if isBuiltIn, !Self.builtIns.contains(function) { throw Self.functionUnknown }
        let call = RemoteCall(
            id: .version7(), caller: located.permit.name, function: function, isBuiltIn: isBuiltIn,
            arguments: arguments, createdAt: Date())
        switch try await store.insert(call, by: located.permit, on: located.place, waitingMax: Self.waitingMax) {
        case .inserted: break
        case .functionUnknown: throw Self.functionUnknown
        case .full: throw Failure(.exhausted, "Too many calls wait for this script.", retryAfter: .seconds(30))
        }
        activity.changes.publish(located.place, .state)
        return call.id
    }

    /// Hands calls to the script, each once: a built-in one is thereby done. Asked again within five seconds, it gets
    /// them again, for the answer may have been lost; later a call that came twice would do more harm than one missed.
    func pending(_ key: String, as access: Access) async throws -> [RemoteCall] {
        let place = try await locator.locate(key, .log, as: access).place
        activity.pulse.felt(place)
        return try await store.deliver(on: place)
    }

    /// The first result stays.
    func saveResult(_ result: RemoteCallStore.Result, on key: String, as access: Access) async throws {
        let place = try await locator.locate(key, .log, as: access).place
        let cut = RemoteCallStore.Result(
            call: result.call, text: Self.cut(result.text), error: Self.cut(result.error),
            stackTrace: Self.cut(result.stackTrace), endedAt: result.endedAt)
        guard try await store.save(cut, on: place) else {
            throw Failure(.notFound, "There is no such call.", reason: "call_unknown")
        }
        activity.logged(place, .values)
    }

    /// What the script offers, and the last hundred calls.
    func list(_ key: String, as access: Access) async throws -> (functions: [RemoteFunction], calls: [RemoteCall]) {
        let place = try await locator.locate(key, .read, as: access).place
        async let functions = store.functions(of: place)
        async let calls = store.calls(of: place, limit: 100)
        return try await (functions, calls)
    }

    private static let functionUnknown = Failure(
        .notFound, "The script offers no such function.", reason: "function_unknown")

    private static func cut(_ text: String) -> String {
        let clean = text.utf8.contains(0) ? text.replacing("\0", with: "\u{fffd}") : text
        guard clean.utf8.count > RemoteCall.resultBytesMax else { return clean }
        return String(decoding: clean.utf8.prefix(RemoteCall.resultBytesMax), as: UTF8.self)
    }
}
