import AuthClient
import Foundation
import HotJSON
import Model
import SwiftProtobuf
import WireMessages

extension ProvisionedUser {
    /// As it is told.
    func scim(_ call: ScimCall) -> JSONObject {
        var members: [(name: String, value: JSONValue)] = [
            ("schemas", .texts([ScimName.core + "User"])), ("id", .string(id.resourceText)),
        ]
        members.tell("externalId", externalID)
        let document = document
        for name in ["userName", "displayName", "name", "emails"] {
            if let value = document[name] { members.append((name, value)) }
        }
        members.append(("active", .bool(inUse)))
        if !groups.isEmpty {
            let told = groups.map { group -> JSONValue in
                let place = "\(call.base)/Groups/\(group.id.resourceText)"
                return .members(
                    ("value", .string(group.id.resourceText)), ("$ref", .string(place)),
                    ("display", .string(group.name)), ("type", .string("direct")))
            }
            members.append(("groups", .array(told)))
        }
        members.append(("meta", call.meta("User", "Users/\(id.resourceText)", createdMs, changedMs, version)))
        return JSONObject(members)
    }

    /// As a PATCH finds it: what the provider has said itself.
    var document: ScimObject {
        var document = ScimObject()
        document["externalId"] = externalID.isEmpty ? nil : .string(externalID)
        document["userName"] = .string(userName)
        document["displayName"] = displayName.isEmpty ? nil : .string(displayName)
        document["active"] = .bool(active)
        var name: [(name: String, value: JSONValue)] = []
        name.tell("formatted", formattedName)
        name.tell("familyName", familyName)
        name.tell("givenName", givenName)
        document["name"] = name.isEmpty ? nil : .object(JSONObject(name))
        let told = emails.map { email -> JSONValue in
            var members: [(name: String, value: JSONValue)] = [("value", .string(email.value))]
            members.tell("type", email.type)
            members.append(("primary", .bool(email.primary)))
            return .object(JSONObject(members))
        }
        document["emails"] = told.isEmpty ? nil : .array(told)
        return document
    }

    /// Throws `.invalid` (`field_invalid`), naming the attribute.
    init(_ document: ScimObject, id: Data, activeUnlessTold: Bool) throws(Failure) {
        self.init()
        self.id = id
        (userName, externalID) = (try document.text("userName"), try document.text("externalId"))
        displayName = try document.text("displayName")
        active = try document.flag("active") ?? activeUnlessTold
        let name = ScimObject(document["name"])
        (formattedName, familyName) = (try name.text("formatted"), try name.text("familyName"))
        givenName = try name.text("givenName")
        for item in document.items("emails") {
            let item = ScimObject(item)
            let value = try item.text("value")
            // What is left when a PATCH removes the value alone.
            guard !value.isEmpty else { continue }
            let isPrimary = try item.flag("primary") ?? false
            // There is one at most (RFC 7643 §2.4): the one that was said last.
            if isPrimary { for index in emails.indices { emails[index].primary = false } }
            let type = try item.text("type")
            emails.append(.with { ($0.value, $0.type, $0.primary) = (value, type, isPrimary) })
        }
    }
}

extension ProvisionedGroup {
    /// As it is told.
    func scim(_ call: ScimCall) -> JSONObject {
        var members: [(name: String, value: JSONValue)] = [
            ("schemas", .texts([ScimName.core + "Group"])), ("id", .string(id.resourceText)),
        ]
        members.tell("externalId", externalID)
        members.tell("displayName", displayName)
        if !memberIds.isEmpty {
            let told = memberIds.map { member -> JSONValue in
                let text = member.resourceText
                return .members(
                    ("value", .string(text)), ("$ref", .string("\(call.base)/Users/\(text)")), ("type", .string("User"))
                )
            }
            members.append(("members", .array(told)))
        }
        members.append(("meta", call.meta("Group", "Groups/\(id.resourceText)", createdMs, changedMs, version)))
        return JSONObject(members)
    }

    /// As a PATCH finds it.
    var document: ScimObject {
        var document = ScimObject()
        document["externalId"] = externalID.isEmpty ? nil : .string(externalID)
        document["displayName"] = .string(displayName)
        document["members"] = .array(memberIds.map { .members(("value", .string($0.resourceText))) })
        return document
    }

    /// Throws `.invalid` (`field_invalid`), naming the attribute.
    init(_ document: ScimObject, id: Data) throws(Failure) {
        self.init()
        self.id = id
        (displayName, externalID) = (try document.text("displayName"), try document.text("externalId"))
        for item in document.items("members") {
            guard let member = ID<ProvisionedUser>(try ScimObject(item).text("value")) else {
                throw Failure(
                    .invalid, "A member's value is the id of a user here.", reason: "field_invalid", detail: "members")
            }
            memberIds.append(Data(member.bytes))
        }
    }
}

extension ScimObject {
    /// Empty when absent; numbers and booleans as their text.
    fileprivate func text(_ name: String) throws(Failure) -> String {
        switch self[name] {
        case nil: return ""
        case .array, .object: throw Self.wrong(name, "text")
        case let value?: return value.shown
        }
    }

    /// Some write booleans as text.
    fileprivate func flag(_ name: String) throws(Failure) -> Bool? {
        switch self[name] {
        case nil: return nil
        case .bool(let flag): return flag
        case .string(let text) where text.lowercased() == "true": return true
        case .string(let text) where text.lowercased() == "false": return false
        default: throw Self.wrong(name, "true or false")
        }
    }

    private static func wrong(_ name: String, _ expected: String) -> Failure {
        Failure(.invalid, "\(name) must be \(expected).", reason: "field_invalid", detail: name)
    }
}

extension [(name: String, value: JSONValue)] {
    /// Nothing for empty text.
    fileprivate mutating func tell(_ name: String, _ text: String) {
        if !text.isEmpty { append((name, .string(text))) }
    }
}
