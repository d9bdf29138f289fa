import AuthClient
import Foundation
import HotJSON
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// A provider in JSON, and the workspaces of its groups by name.
struct ProviderFields: Sendable {
    let workspaces: WorkspaceClient
    let call: CallContext

    /// `record` with what the body names in its place.
    func changed(_ record: ProviderRecord, by body: JSONFields) async throws -> ProviderRecord {
        var changed = record
        let texts: [(String, WritableKeyPath<ProviderRecord, String>)] = [
            ("label", \.label), ("issuer", \.issuer), ("authorize_url", \.authorizeURL), ("token_url", \.tokenURL),
            ("userinfo_url", \.userinfoURL), ("client_id", \.clientID), ("subject_claim", \.subjectClaim),
            ("name_claim", \.nameClaim), ("email_claim", \.emailClaim), ("group_claim", \.groupClaim),
        ]
        for (name, path) in texts {
            if let text = try body.stringIfAny(name) { changed[keyPath: path] = text }
        }
        let lists: [(String, WritableKeyPath<ProviderRecord, [String]>)] = [
            ("scopes", \.scopes), ("email_domains", \.emailDomains), ("factor_values", \.factorValues),
        ]
        for (name, path) in lists where body.value(name) != nil { changed[keyPath: path] = try body.strings(name) }
        if record.kind == .providerLdap { changed.directory = try Self.directory(record.directory, by: body) }
        if let enabled = try body.boolIfAny("enabled") { changed.enabled = enabled }
        if let creates = try body.boolIfAny("creates_accounts") { changed.createsAccounts = creates }
        if let signsOut = try body.boolIfAny("signs_out") { changed.signsOut = signsOut }
        if body.value("group_roles") != nil {
            changed.groupRoles = []
            for rule in try body.objects("group_roles") {
                let (group, role) = try (rule.string("group"), rule.string("role"))
                changed.groupRoles.append(try await self.rule(group, rule.text("workspace"), role))
            }
        }
        return changed
    }

    /// The settings of a new provider that has been given none.
    static func blank(_ kind: ProviderKind) -> ProviderRecord {
        ProviderRecord.with {
            $0.kind = kind
            if kind == .providerLdap { $0.directory.startTls = true }
        }
    }

    private static var directoryTexts: [(String, WritableKeyPath<DirectoryRecord, String>)] {
        [
            ("url", \.url), ("certificate_authority", \.certificateAuthority), ("bind_dn", \.bindDn),
            ("base_dn", \.baseDn), ("user_filter", \.userFilter), ("group_base_dn", \.groupBaseDn),
            ("group_filter", \.groupFilter),
        ]
    }

    private static func directory(_ record: DirectoryRecord, by body: JSONFields) throws -> DirectoryRecord {
        var changed = record
        for (name, path) in directoryTexts {
            if let text = try body.stringIfAny(name) { changed[keyPath: path] = text }
        }
        if let startTLS = try body.boolIfAny("start_tls") { changed.startTls = startTLS }
        return changed
    }

    static func write(_ directory: DirectoryRecord, _ writer: inout JSONWriter) {
        for (name, path) in directoryTexts { writer.member(name, directory[keyPath: path]) }
        writer.member("start_tls", directory.startTls)
    }

    /// A workspace by its name, or by its id, which somebody sees who may not look into it; none is the instance.
    func rule(_ group: String, _ workspace: String, _ role: String) async throws -> GroupRole {
        guard let known = Role(rawValue: role) else {
            throw Failure(.invalid, "There is no role named \(role.prefix(40)).", reason: "role_unknown")
        }
        let id = try await workspaceID(workspace)
        return GroupRole.with {
            $0.group = group
            $0.grant.workspaceID = id
            $0.grant.role = known.claim
        }
    }

    private func workspaceID(_ text: String) async throws -> Data {
        if text.isEmpty { return Data() }
        if let id = ID<Workspace>(text) { return Data(id.bytes) }
        return try await workspaces.find(.with { $0.name = text }, call).workspace.id
    }

    /// Names of the workspaces that the caller sees.
    func names() async throws -> [Data: String] {
        let seen = try await workspaces.list(.init(), call).workspaces
        return Dictionary(seen.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    static func kind(_ text: String) throws(Failure) -> ProviderKind {
        switch text {
        case "oidc": return .providerOidc
        case "oauth2": return .providerOauth2
        case "ldap": return .providerLdap
        default: throw Failure(.invalid, "kind is oidc, oauth2 or ldap.", reason: "provider_invalid")
        }
    }

    static func name(of kind: ProviderKind) -> String {
        switch kind {
        case .providerLdap: "ldap"
        case .providerOauth2: "oauth2"
        case .providerOidc, .unspecified, .UNRECOGNIZED: "oidc"
        }
    }
}

extension JSONWriter {
    mutating func provider(_ p: ProviderRecord, _ workspaces: [Data: String]) {
        object { writer in
            writer.member("id", ID<ProviderRecord>(bytes: p.id)?.text ?? "")
            writer.member("kind", ProviderFields.name(of: p.kind))
            let texts = [
                ("label", p.label), ("issuer", p.issuer), ("authorize_url", p.authorizeURL), ("token_url", p.tokenURL),
                ("userinfo_url", p.userinfoURL), ("client_id", p.clientID), ("subject_claim", p.subjectClaim),
                ("name_claim", p.nameClaim), ("email_claim", p.emailClaim), ("group_claim", p.groupClaim),
                ("redirect_uri", p.redirectUri), ("sign_out_uri", p.signOutUri),
                ("back_channel_uri", p.backChannelUri),
            ]
            for (name, text) in texts { writer.member(name, text) }
            if p.kind == .providerLdap { ProviderFields.write(p.directory, &writer) }
            writer.member("enabled", p.enabled)
            writer.member("has_secret", p.hasSecret_p)
            writer.member("creates_accounts", p.createsAccounts)
            writer.member("signs_out", p.signsOut)
            for (name, list) in [
                ("scopes", p.scopes), ("email_domains", p.emailDomains), ("factor_values", p.factorValues),
            ] {
                writer.key(name)
                writer.array(list) { $0.string($1) }
            }
            writer.key("group_roles")
            writer.array(p.groupRoles) { $0.groupRole($1, workspaces) }
            writer.member("identities", Int64(p.identities))
            writer.time("created_ms", p.createdMs)
            writer.time("changed_ms", p.changedMs)
        }
    }

    private mutating func groupRole(_ rule: GroupRole, _ workspaces: [Data: String]) {
        object { writer in
            writer.member("group", rule.group)
            if rule.grant.workspaceID.isEmpty {
                writer.nullMember("workspace")
            } else {
                writer.member("workspace", rule.workspaceName(workspaces))
            }
            writer.member("role", Role(rule.grant.role)?.rawValue ?? "")
        }
    }
}

extension GroupRole {
    /// Its name for who may see it, else its id; empty for the instance.
    func workspaceName(_ workspaces: [Data: String]) -> String {
        workspaces[grant.workspaceID] ?? ID<Workspace>(bytes: grant.workspaceID)?.text ?? ""
    }
}
