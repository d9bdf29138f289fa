public import Foundation

/// What a transaction may see and write under row-level security: the workspaces that
/// `halley.tenants()` answers while it lasts.
public enum Tenants: Sendable, Equatable {
    /// No row of any tenant.
    case none
    case these([UUID])

    /// One workspace.
    public static func one(_ workspace: UUID) -> Tenants { .these([workspace]) }

    /// The setting's value: ids with commas between, hexadecimal digits and dashes only.
    var setting: String {
        guard case .these(let ids) = self else { return "" }
        let capacity = ids.count * 37
        return String(unsafeUninitializedCapacity: capacity) { out in
            var at = 0
            for id in ids {
                if at > 0 {
                    out[at] = UInt8(ascii: ",")
                    at += 1
                }
                at = Tenants.write(id, to: out, at: at)
            }
            return at
        }
    }

    private static func write(_ id: UUID, to out: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> Int {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
        var at = start
        withUnsafeBytes(of: id.uuid) { bytes in
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    out[at] = UInt8(ascii: "-")
                    at += 1
                }
                out[at] = digit(byte >> 4)
                out[at + 1] = digit(byte & 15)
                at += 2
            }
        }
        return at
    }
}
