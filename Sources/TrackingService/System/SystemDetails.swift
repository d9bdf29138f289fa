import Model

/// What a script says of the machine it runs on: a JSON object that grows field by field.
struct SystemDetails: Sendable {
    let store: SystemStore
    let locator: ExperimentLocator
    let activity: Activity

    /// Throws `.invalid` for what is no JSON object.
    func merge(_ json: String, into key: String, as access: Access) async throws {
        try TextRule.check(json, "system details", bytesMax: 3_000_000)
        let place = try await locator.locate(key, .log, as: access).place
        try await store.merge(json, into: place)
        activity.logged(place, .values)
    }

    /// An empty object when nothing was said.
    func get(_ key: String, as access: Access) async throws -> String {
        let place = try await locator.locate(key, .read, as: access).place
        return try await store.find(place) ?? "{}"
    }
}
