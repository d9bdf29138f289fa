import AuthClient
import Foundation
import SwiftProtobuf
import WireMessages

/// A key of any kind, as a page's table tells of it.
struct KeyLine: Sendable {
    let id: String
    let name: String
    let hint: String
    let may: String
    let from: String?
    let created: Moment?
    let used: Moment?
    let usedBy: String
    let expires: String
    let state: String?
    let isAlive: Bool

    /// Without `names` what it may do is not told.
    init(_ key: KeyRecord, _ names: KeyNames? = nil) {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        (id, name, hint, may) = (key.id.idText, key.name, key.hint, names.map { Self.limits(key, $0) } ?? "")
        from = key.addressRanges.isEmpty ? nil : key.addressRanges.joined(separator: ", ")
        (created, used) = (Moment(key.createdMs), Moment(key.lastUsedMs))
        usedBy = [key.lastClient, key.lastAddress].filter { !$0.isEmpty }.joined(separator: " from ")
        expires = String(Shown.time(key.expiresMs).prefix(10))
        state =
            key.revokedMs > 0 ? "revoked" : key.expiresMs <= now ? "expired" : key.replacedBy.isEmpty ? nil : "replaced"
        isAlive = key.revokedMs == 0 && key.expiresMs > now
    }

    private static func limits(_ key: KeyRecord, _ names: KeyNames) -> String {
        let places = names.of(key.limits)
        let limits = [
            key.limits.actions.joined(separator: ", "), (places.workspaces + places.projects).joined(separator: ", "),
        ]
        return limits.allSatisfy(\.isEmpty)
            ? "all its owner may" : limits.filter { !$0.isEmpty }.joined(separator: " in ")
    }
}
