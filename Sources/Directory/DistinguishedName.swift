import CLDAP

/// Names of entries (RFC 4514).
public enum DistinguishedName {
    /// One form for all ways to write a name: two names are the same when their keys are. `nil`: it is none.
    public static func key(_ text: String) -> String? {
        guard text.utf8.count <= 2000, !text.utf8.contains(0) else { return nil }
        var name: LDAPDN?
        guard ldap_str2dn(text, &name, UInt32(LDAP_DN_FORMAT_LDAPV3)) == LDAP_SUCCESS else { return nil }
        defer { ldap_dnfree(name) }
        var written: UnsafeMutablePointer<CChar>?
        guard ldap_dn2str(name, &written, UInt32(LDAP_DN_FORMAT_LDAPV3)) == LDAP_SUCCESS, let written else {
            return nil
        }
        defer { ldap_memfree(written) }
        return String(cString: written).lowercased()
    }
}
