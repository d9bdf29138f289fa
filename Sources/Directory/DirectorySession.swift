import CLDAP
import Foundation
import Glibc

/// A conversation with a directory through libldap, on the thread that holds it.
final class DirectorySession {
    /// Far above an entry with two thousand groups.
    static let answerBytesMax: ber_len_t = 4 << 20
    static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    private let handle: OpaquePointer
    private let fuse: Fuse
    private let until: Date

    /// Connected, and encrypted unless the place is spoken to in plain. Nothing has been said yet.
    init(_ place: DirectoryPlace, until: Date) throws(DirectoryError) {
        let descriptor = try DirectorySocket.connected(to: place, until: until)
        guard let fuse = Fuse(descriptor, until: until) else {
            close(descriptor)
            throw .unreachable
        }
        (self.fuse, self.until) = (fuse, until)
        var made: OpaquePointer?
        guard ldap_init_fd(descriptor, LDAP_PROTO_TCP, place.address, &made) == LDAP_SUCCESS, let made else {
            fuse.remove()
            close(descriptor)
            throw .unreachable
        }
        handle = made
        guard limit() else { throw .unreachable }
        try encrypt(place)
    }

    deinit {
        fuse.remove()
        ldap_unbind_ext_s(handle, nil, nil)
    }

    /// Version 3, no referrals, no aliases, no answer beyond a size; whatever a file or the environment says.
    private func limit() -> Bool {
        var buffer: OpaquePointer?
        var bytes = Self.answerBytesMax
        guard ldap_get_option(handle, LDAP_OPT_SOCKBUF, &buffer) == LDAP_SUCCESS, let buffer,
            ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &bytes) == 1
        else { return false }
        // Longer than the fuse, which is the one that tells.
        var seconds = timeval(tv_sec: 10, tv_usec: 0)
        return set(LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3) && set(LDAP_OPT_DEREF, LDAP_DEREF_NEVER)
            && ldap_set_option(handle, LDAP_OPT_REFERRALS, nil) == LDAP_SUCCESS
            && ldap_set_option(handle, LDAP_OPT_TIMEOUT, &seconds) == LDAP_SUCCESS
            && ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &seconds) == LDAP_SUCCESS
    }

    private func set(_ option: Int32, _ value: Int32) -> Bool {
        var value = value
        return ldap_set_option(handle, option, &value) == LDAP_SUCCESS
    }

    private func encrypt(_ place: DirectoryPlace) throws(DirectoryError) {
        guard place.security != .plain else { return }
        var file: Int32 = -1
        defer { if file >= 0 { close(file) } }
        var path = Self.systemAuthorities
        if !place.authority.isEmpty {
            file = halley_memory_file("authority")
            let bytes = Array(place.authority.utf8)
            guard file >= 0, write(file, bytes, bytes.count) == bytes.count else { throw .untrusted }
            path = "/proc/self/fd/\(file)"
        }
        guard ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, path) == LDAP_SUCCESS,
            set(LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND),
            set(LDAP_OPT_X_TLS_PROTOCOL_MIN, halley_ldap_tls12), set(LDAP_OPT_X_TLS_NEWCTX, 0)
        else { throw .untrusted }
        let outcome =
            place.security == .tls ? ldap_install_tls(handle) : ldap_start_tls_s(handle, nil, nil)
        guard outcome == LDAP_SUCCESS else { throw fuse.isBlown ? .timedOut : .untrusted }
    }

    enum Admission { case yes, no }

    /// Says who it is by a simple bind (RFC 4511 §4.2). A name without a password would be let in as nobody
    /// (RFC 4513 §5.1.2), and is not tried.
    func bind(_ dn: String, _ password: [UInt8]) throws(DirectoryError) -> Admission {
        guard dn.isEmpty == password.isEmpty else { return .no }
        var bytes = password.map { CChar(bitPattern: $0) }
        let outcome = bytes.withUnsafeMutableBufferPointer { buffer in
            var credentials = berval(bv_len: ber_len_t(buffer.count), bv_val: buffer.baseAddress)
            return ldap_sasl_bind_s(handle, dn, nil, &credentials, nil, nil, nil)
        }
        switch outcome {
        case LDAP_SUCCESS: return .yes
        case LDAP_BUSY, LDAP_UNAVAILABLE: throw .unreachable
        case 1...: return .no
        default: throw lost
        }
    }

    private var lost: DirectoryError { fuse.isBlown ? .timedOut : .unreachable }

    enum Scope { case base, subtree }

    /// Entries under `base`, at most so many, and whether there are more. References to other directories are not
    /// followed, and count for nothing.
    func search(
        _ base: String, _ filter: String, _ attributes: [String], scope: Scope = .subtree, limit: Int32
    ) throws(DirectoryError) -> (entries: [DirectoryEntry], hasMore: Bool) {
        var seconds = timeval(tv_sec: max(1, Int(until.timeIntervalSinceNow)), tv_usec: 0)
        var answer: OpaquePointer?
        defer { if let answer { ldap_msgfree(answer) } }
        var names = attributes.map { strdup($0) } + [nil]
        defer { for name in names { free(name) } }
        let outcome = ldap_search_ext_s(
            handle, base, scope == .base ? halley_ldap_base : halley_ldap_subtree, filter, &names, 0, nil, nil,
            &seconds, limit, &answer)
        switch outcome {
        case LDAP_SUCCESS, LDAP_SIZELIMIT_EXCEEDED: break
        case LDAP_TIMEOUT: throw .timedOut
        case LDAP_BUSY, LDAP_UNAVAILABLE, LDAP_TIMELIMIT_EXCEEDED: throw .unreachable
        case 1..., LDAP_FILTER_ERROR: throw .notAnswered
        default: throw lost
        }
        let first = ldap_first_entry(handle, answer)
        let found = sequence(state: first) { [handle] next in
            defer { next = next.flatMap { ldap_next_entry(handle, $0) } }
            return next
        }
        return (found.compactMap(entry), outcome == LDAP_SIZELIMIT_EXCEEDED)
    }

    private func entry(_ message: OpaquePointer) -> DirectoryEntry? {
        guard let dn = ldap_get_dn(handle, message) else { return nil }
        defer { ldap_memfree(dn) }
        guard let name = String(validatingCString: dn), !name.isEmpty else { return nil }
        var values: [String: [String]] = [:]
        var place: OpaquePointer?
        defer { if let place { ber_free(place, 0) } }
        var next = ldap_first_attribute(handle, message, &place)
        while let attribute = next {
            let key = String(cString: attribute).lowercased()
            values[key] = texts(message, attribute, key)
            ldap_memfree(attribute)
            next = ldap_next_attribute(handle, message, place)
        }
        return DirectoryEntry(dn: name, values: values)
    }

    private func texts(_ message: OpaquePointer, _ attribute: UnsafePointer<CChar>, _ key: String) -> [String] {
        guard let list = ldap_get_values_len(handle, message, attribute) else { return [] }
        defer { ldap_value_free_len(list) }
        return (0..<Int(ldap_count_values_len(list))).compactMap { index in
            guard let value = list[index]?.pointee, let bytes = value.bv_val else { return nil }
            let copied = UnsafeRawBufferPointer(start: bytes, count: Int(value.bv_len))
            return DirectoryEntry.text(Array(copied), of: key)
        }
    }
}
