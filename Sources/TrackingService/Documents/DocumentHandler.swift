import Model
import Wire
import WireMessages

/// SET_DOCUMENT, GET_DOCUMENT.
struct DocumentHandler: Sendable {
    let documents: Documents

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.setDocument, .access, set)
        methods.unary(TrackingMethod.getDocument, .access, get)
    }

    func set(_ q: SetDocumentRequest, _ call: Call) async throws -> Empty {
        try await documents.set(
            Document.Kind(q.kind), q.content, q.append ? .append(token: q.idempotency) : .replace, of: q.key,
            as: call.requireAccess())
        return Empty()
    }

    func get(_ q: GetDocumentRequest, _ call: Call) async throws -> GetDocumentResponse {
        let content = try await documents.find(Document.Kind(q.kind), of: q.key, as: call.requireAccess())
        var response = GetDocumentResponse()
        (response.content, response.found) = (content ?? "", content != nil)
        return response
    }
}
