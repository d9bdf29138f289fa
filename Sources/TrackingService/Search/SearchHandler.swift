import Foundation
import Model
import Wire
import WireMessages

/// QUERY_EXPERIMENTS, LIST_COLUMNS.
struct SearchHandler: Sendable {
    let search: Search

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.queryExperiments, .access, query)
        methods.unary(TrackingMethod.listColumns, .access, columns)
    }

    func query(_ q: QueryExperimentsRequest, _ call: Call) async throws -> QueryExperimentsResponse {
        let query = Search.Query(
            workspace: try Field.id(q.workspaceID, "workspace_id"), project: try Field.id(q.projectID, "project_id"),
            archived: q.archived, condition: try Condition(q.where, depth: 0),
            limit: q.limit == 0 ? Search.keysMax : min(Int(q.limit), Search.keysMax), offset: Int(q.offset))
        var response = QueryExperimentsResponse()
        response.keys = try await search.keys(query, as: call.requireAccess())
        return response
    }

    func columns(_ q: ListColumnsRequest, _ call: Call) async throws -> ListColumnsResponse {
        let columns = try await search.columns(
            of: Field.id(q.projectID, "project_id"), in: Field.id(q.workspaceID, "workspace_id"),
            as: call.requireAccess())
        var response = ListColumnsResponse()
        response.columns = columns.map { column in
            var record = ListColumnsResponse.Column()
            (record.name, record.type, record.source) = (column.name, column.type, column.source)
            return record
        }
        return response
    }
}

extension Condition {
    /// An empty group asks for nothing and matches all. Throws `.invalid` for a bad rule and too deep a nesting.
    init(_ group: QueryGroup, depth: Int) throws(Failure) {
        guard depth < Self.depthMax else {
            throw Failure(.invalid, "Rules are nested more than \(Self.depthMax) deep.")
        }
        var parts: [Condition] = []
        for rule in group.rules {
            parts.append(
                .rule(
                    try Rule(
                        source: rule.source, field: rule.field, type: rule.type, test: rule.operator,
                        values: rule.values)))
        }
        for inner in group.groups { parts.append(try Condition(inner, depth: depth + 1)) }
        self = group.any && !parts.isEmpty ? .any(parts) : .all(parts)
    }
}
