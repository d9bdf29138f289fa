import Foundation
import Model
import NIOCore

/// The authority to be shown one thing of one experiment, for a minute, as the person who asked for it. The page's
/// frame asks for it when it loads. Inside is the access that auth has signed: the services judge by it as always, so
/// that a ticket shows nothing which its owner could not see.
struct ContentTicket: Equatable, Sendable {
    enum Thing: Equatable, Sendable {
        case asset(id: String)
        /// What `log_html` has logged.
        case html
    }

    static let life: TimeInterval = 60
    /// Of the sealed bytes; the address must fit the header that takes it.
    private static let bytesMax = 20 << 10

    let thing: Thing
    let experiment: String
    /// The origin whose pages may frame the thing.
    let site: String
    let access: [UInt8]
    let expiresAt: Date

    /// Throws `.exhausted` when the owner's roles do not fit an address.
    func text(sealedBy seal: ContentSeal) throws -> String {
        var bytes = ByteBuffer()
        bytes.writeInteger(Int64(expiresAt.timeIntervalSince1970 * 1000))
        let asset = if case .asset(let id) = thing { id } else { "" }
        for part in [Array(asset.utf8), Array(experiment.utf8), Array(site.utf8), access] {
            try bytes.writeLengthPrefixed(as: UInt32.self) { $0.writeBytes(part) }
        }
        let sealed = try seal.seal(Array(buffer: bytes))
        guard sealed.count <= Self.bytesMax else {
            throw Failure(.exhausted, "This file can be downloaded, but not shown.", reason: "ticket_too_large")
        }
        return Data(sealed).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Throws `.notFound` for what was not sealed here, was changed, or is over.
    init(_ text: String, openedBy seal: ContentSeal, now: Date = Date()) throws(Failure) {
        guard let sealed = Self.bytes(text), let bytes = try? seal.open(sealed) else { throw Self.unknown }
        var rest = ByteBuffer(bytes: bytes)
        func part() -> [UInt8]? { rest.readLengthPrefixedSlice(as: UInt32.self).map { Array(buffer: $0) } }
        guard let milliseconds = rest.readInteger(as: Int64.self), let asset = part(), let experiment = part(),
            let site = part(), let access = part()
        else { throw Self.unknown }
        self.init(
            thing: asset.isEmpty ? .html : .asset(id: String(decoding: asset, as: UTF8.self)),
            experiment: String(decoding: experiment, as: UTF8.self), site: String(decoding: site, as: UTF8.self),
            access: access, expiresAt: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
        guard now < expiresAt else { throw Self.unknown }
    }

    init(thing: Thing, experiment: String, site: String, access: [UInt8], expiresAt: Date) {
        (self.thing, self.experiment, self.site) = (thing, experiment, site)
        (self.access, self.expiresAt) = (access, expiresAt)
    }

    private static let unknown = Failure(
        .notFound, "This address is over. Open the file from its page again.", reason: "ticket_unknown")

    private static func bytes(_ text: String) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let usual = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        return Data(base64Encoded: usual).map(Array.init)
    }
}
