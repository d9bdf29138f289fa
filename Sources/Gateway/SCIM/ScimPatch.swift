import Foundation
import HotJSON
import Model

/// The operations of a PATCH (RFC 7644 §3.5.2), as identity providers write them: with a path and without, with names
/// in any case, with what is not kept here among it.
struct ScimPatch: Sendable {
    static let operationsMax = 1000

    private enum Verb: String { case add, replace, remove }

    private struct Operation {
        let verb: Verb
        let path: ScimPath?
        let value: JSONValue?
    }

    private let operations: [Operation]

    /// Throws `.invalid`: `body_malformed`, `path_invalid`, `no_target`.
    init(_ body: JSONFields) throws {
        let list = body.object.members.last { $0.name.lowercased() == "operations" }?.value
        guard case .array(let items)? = list, !items.isEmpty, items.count <= Self.operationsMax else {
            throw Failure(.invalid, "A PATCH has 1 to 1000 Operations.", reason: "body_malformed")
        }
        operations = try items.map { item in
            let fields = try JSONFields(item)
            guard let verb = Verb(rawValue: try fields.string("op").lowercased()) else {
                throw Failure(.invalid, "An operation is add, replace or remove.", reason: "body_malformed")
            }
            let path = try fields.stringIfAny("path").flatMap { $0.isEmpty ? nil : try ScimPath.writable($0) }
            guard verb != .remove || path != nil else {
                throw Failure(.invalid, "To remove, a path is needed.", reason: "no_target")
            }
            let value = fields.object["value"]
            guard verb == .remove || value != nil else {
                throw Failure(.invalid, "The operation has no value.", reason: "field_invalid")
            }
            return Operation(verb: verb, path: path, value: value)
        }
    }

    func applied(to document: ScimObject) throws(Failure) -> ScimObject {
        var document = document
        for operation in operations {
            if let path = operation.path {
                try Self.apply(operation.verb, path, operation.value ?? .null, &document)
            } else {
                guard case .object(let object)? = operation.value else {
                    throw Failure(.invalid, "Without a path the value is an object.", reason: "field_invalid")
                }
                // Some write paths where names belong.
                for member in object.members {
                    try Self.apply(operation.verb, try ScimPath(member.name), member.value, &document)
                }
            }
        }
        return document
    }

    private static func apply(
        _ verb: Verb, _ path: ScimPath, _ value: JSONValue, _ document: inout ScimObject
    ) throws(Failure) {
        guard let attribute = path.attribute else { return }
        if ScimName.lists.contains(attribute) {
            let items = change(document.items(attribute), verb, path, value)
            document[attribute] = .array(items)
        } else if let part = path.part {
            var inner = ScimObject(document[attribute])
            inner[part] = verb == .remove ? nil : value
            document[attribute] = inner.value
        } else if verb == .remove {
            document[attribute] = nil
        } else if case .object = value {
            var inner = ScimObject(document[attribute])
            inner.merge(ScimObject(value))
            document[attribute] = inner.value
        } else {
            document[attribute] = value
        }
    }

    private static func change(
        _ items: [JSONValue], _ verb: Verb, _ path: ScimPath, _ value: JSONValue
    ) -> [JSONValue] {
        guard path.filter != nil || path.part != nil else { return change(all: items, verb, value) }
        let isMeant = { (item: JSONValue) in path.filter?.matches(item) ?? true }
        if verb == .remove, path.part == nil { return items.filter { !isMeant($0) } }
        func changed(_ item: JSONValue) -> JSONValue {
            var object = ScimObject(item)
            if let part = path.part {
                object[part] = verb == .remove ? nil : value
            } else {
                object.merge(ScimObject(value))
            }
            return object.value
        }
        if items.contains(where: isMeant) { return items.map { isMeant($0) ? changed($0) : $0 } }
        guard verb != .remove, let filter = path.filter else { return items }
        // There is none yet: it begins as what was looked for.
        var made = ScimObject()
        for term in filter.terms { ScimName.known(term.attribute).map { made[$0] = term.value } }
        return items + [changed(made.value)]
    }

    private static func change(all items: [JSONValue], _ verb: Verb, _ value: JSONValue) -> [JSONValue] {
        let given = value.listed.map { ScimObject($0).value }
        switch verb {
        case .replace: return given
        case .add:
            let names = Set(given.map(\.scimKey))
            return items.filter { !names.contains($0.scimKey) } + given
        case .remove:
            // Some name what they remove beside the path, and mean only that.
            guard value != .null else { return [] }
            let names = Set(given.map { $0["value"]?.shown ?? "" })
            return items.filter { !names.contains($0["value"]?.shown ?? "") }
        }
    }
}

extension JSONValue {
    /// A list's items, or one alone.
    fileprivate var listed: [JSONValue] {
        switch self {
        case .array(let items): items
        case .null: []
        default: [self]
        }
    }

    /// What makes two items of a list the same.
    fileprivate var scimKey: String { "\(self["type"]?.shown ?? "")\n\(self["value"]?.shown ?? "")" }
}
