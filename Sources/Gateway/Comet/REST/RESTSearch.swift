import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import WireMessages

/// The query language (comet-rest §5): predicates of `project/query`, and the rule tree of `experiments/search`.
struct RESTSearch: Sendable {
    static let rulesMax = 500
    static let depthMax = 16

    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.post, "project/query", gateway, query)
        routes.on(.post, "experiments/search", gateway, search)
    }

    private func query(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let project = try await gateway.project(
            id: "", workspace: body.text("workspaceName"), name: body.string("projectName"), rest.call)
        var reader = RuleReader()
        var all = QueryGroup()
        for predicate in try body.objects("predicates") {
            guard let query = try predicate.fieldsIfAny("query") else { throw Failure(predicate.missing("query")) }
            // The operators are turned round already; `negated` would do it twice.
            all.groups.append(try reader.group(query, source: predicate.text("source"), depth: 0))
        }
        let (where_, archived) = (all, try body.bool("archived"))
        let keys = try await gateway.backends.tracking.query(
            .with {
                ($0.workspaceID, $0.projectID) = (project.workspaceID, project.id)
                ($0.archived, $0.where) = (archived, where_)
            }, rest.call
        ).keys
        return Reply.json { writer in
            writer.object { writer in
                writer.key("experimentKeys")
                writer.array(keys) { $0.string($1) }
            }
        }
    }

    private func search(_ rest: RESTCall) async throws -> Response {
        let body = try await rest.body()
        let project = try await gateway.project(id: body.string("projectId"), workspace: "", name: "", rest.call)
        var reader = RuleReader()
        let tree = try body.fieldsIfAny("rulesTree").map { try reader.group($0, source: "", depth: 0) } ?? QueryGroup()
        let page = max(1, try body.integerIfAny("page") ?? 1)
        let limit = min(max(1, try body.integerIfAny("limit") ?? 100), 100_000)
        guard page <= 1_000_000 else {
            throw Failure(.invalid, "The field page is out of range.", reason: "field_invalid")
        }
        let archived = try body.bool("deleted")
        let keys = try await gateway.backends.tracking.query(
            .with {
                ($0.workspaceID, $0.projectID) = (project.workspaceID, project.id)
                ($0.archived, $0.where) = (archived, tree)
                ($0.limit, $0.offset) = (UInt32(limit), UInt32(clamping: (page - 1) * limit))
            }, rest.call
        ).keys
        return Reply.json { writer in
            writer.object { writer in
                writer.key("experiments")
                writer.array(keys) { writer, key in writer.object { $0.member("experimentKey", key) } }
            }
        }
    }
}

/// Reads rules and groups, within bounds. A rule without a source of its own has its group's; in a `nested` group it
/// has none, and is then looked for in all (comet-rest §5, trap 1).
struct RuleReader {
    private var rules = 0

    mutating func group(_ fields: JSONFields, source: String, depth: Int) throws -> QueryGroup {
        guard depth < RESTSearch.depthMax else { throw Failure(.invalid, "The rules are nested too deeply.") }
        var group = QueryGroup()
        let condition = try fields.text("condition").uppercased()
        guard ["AND", "OR", ""].contains(condition) else {
            throw Failure(.invalid, "The field condition must be AND or OR.", reason: "field_invalid")
        }
        group.any = condition == "OR"
        for item in try fields.objects("rules") {
            if item.value("rules") != nil {
                group.groups.append(try self.group(item, source: source, depth: depth + 1))
            } else {
                group.rules.append(try rule(item, source: source))
            }
        }
        return group
    }

    private mutating func rule(_ fields: JSONFields, source: String) throws -> QueryRule {
        rules += 1
        guard rules <= RESTSearch.rulesMax else {
            throw Failure(.exhausted, "At most \(RESTSearch.rulesMax) rules are taken.")
        }
        let own = try fields.text("source")
        let inherited = source == "nested" ? "" : source
        var rule = QueryRule()
        rule.source = own.isEmpty ? inherited : own
        rule.field = try fields.string("field")
        rule.type = try fields.text("type")
        rule.operator = try fields.string("operator")
        switch fields.value("value") {
        case nil: break
        case .array(let items)?: rule.values = items.map(\.shown)
        case .bool(let flag)?: rule.values = [flag ? "1" : "0"]
        case let value?: rule.values = [value.shown]
        }
        return rule
    }
}
