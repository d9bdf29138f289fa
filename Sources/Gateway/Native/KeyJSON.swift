import Foundation
import HotJSON
import Model
import Wire
import WireMessages

/// What the limits of some keys are called.
struct KeyNames: Sendable {
    let workspaces: [Data: String]
    let projects: [Data: String]

    init(_ keys: [KeyRecord], _ places: Places, _ call: CallContext) async throws {
        let isLimited = keys.contains { !$0.limits.workspaceIds.isEmpty }
        workspaces = isLimited ? try await places.workspaceNames(call) : [:]
        projects = try await places.projectNames(keys.flatMap(\.limits.projectIds), call)
    }

    /// Names, and ids of what the reader may not see.
    func of(_ limits: KeyLimitsClaim) -> (workspaces: [String], projects: [String]) {
        (limits.workspaceIds.map { workspaces[$0] ?? $0.idText }, limits.projectIds.map { projects[$0] ?? $0.idText })
    }
}

extension JSONWriter {
    mutating func key(_ key: KeyRecord, _ names: KeyNames) {
        let places = names.of(key.limits)
        object { writer in
            writer.member("id", key.id.idText)
            writer.member("name", key.name)
            writer.member("hint", key.hint)
            writer.member("kind", key.kind)
            writer.strings("actions", key.limits.actions)
            writer.strings("workspaces", places.workspaces)
            writer.strings("projects", places.projects)
            writer.standing(of: key)
        }
    }

    /// Members of any kind of key: from where it may come, how long it lives, and who has used it.
    mutating func standing(of key: KeyRecord) {
        strings("address_ranges", key.addressRanges)
        time("created_ms", key.createdMs)
        time("expires_ms", key.expiresMs)
        time("revoked_ms", key.revokedMs)
        time("last_used_ms", key.lastUsedMs)
        member("last_address", key.lastAddress)
        member("last_client", key.lastClient)
        if !key.replacedBy.isEmpty { member("replaced_by", key.replacedBy.idText) }
    }

    mutating func strings(_ name: String, _ values: [String]) {
        key(name)
        array(values) { $0.string($1) }
    }

    /// Epoch milliseconds; zero is "never" and reads as `null`.
    mutating func time(_ name: String, _ milliseconds: Int64) {
        if milliseconds == 0 { nullMember(name) } else { member(name, milliseconds) }
    }

    /// A step or epoch: NaN is "none".
    mutating func step(_ name: String, _ value: Double) {
        if value.isNaN { nullMember(name) } else { member(name, value) }
    }

    /// JSON has no number for them: `"NaN"`, `"Infinity"`, `"-Infinity"`.
    mutating func measured(_ value: Double) {
        if value.isFinite {
            double(value)
        } else {
            string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
        }
    }
}
