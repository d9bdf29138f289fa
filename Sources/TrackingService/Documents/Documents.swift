import Model

struct Documents: Sendable {
    let store: DocumentStore
    let locator: ExperimentLocator
    let activity: Activity

    /// The path of the script also names its file: the last component.
    func set(
        _ kind: Document.Kind, _ content: String, _ write: Document.Write, of key: String, as access: Access
    ) async throws {
        try TextRule.check(content, kind.name, bytesMax: Document.contentBytesMax)
        if case .append(let token) = write {
            try TextRule.check(token, "idempotency token", bytesMax: Document.tokenBytesMax)
        }
        let place = try await locator.locate(key, .log, as: access).place
        switch (kind, write) {
        case (.filePath, _):
            let name = content.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
            try await store.setPath(content, fileName: name, of: place)
        case (_, .append(let token)) where !kind.isJSON:
            try await store.append(content, token: token, to: kind, of: place)
        default:
            try await store.replace(kind, with: content, of: place)
        }
        activity.logged(place, .values)
    }

    func find(_ kind: Document.Kind, of key: String, as access: Access) async throws -> String? {
        let place = try await locator.locate(key, .read, as: access).place
        return kind == .filePath ? try await store.findPath(of: place) : try await store.find(kind, of: place)
    }
}
