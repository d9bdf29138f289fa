import Foundation
import Model

/// Parameters, others and tags. Repeating any of these changes nothing.
struct Values: Sendable {
    struct All: Sendable {
        var parameters: [LoggedValue] = []
        var others: [LoggedValue] = []
        var tags: [String] = []
    }

    static let tagBytesMax = 400
    static let tagsMax = 1000

    let store: ValueStore
    let locator: ExperimentLocator
    let activity: Activity

    /// Throws `.invalid`, naming the value, when one is too long or holds a NUL.
    func logParameters(_ batch: ValueBatch, to key: String, as access: Access) async throws {
        let place = try await locator.locate(key, .log, as: access).place
        guard batch.count > 0 else { return }
        let batch = batch.isPlain ? batch : ValueBatch(Self.latest(try batch.values()))
        try await store.mergeParameters(batch, of: place)
        activity.logged(place, .values)
    }

    func deleteParameters(_ names: [String], of key: String, as access: Access) async throws {
        for name in names { try TextRule.check(name, "name of a value", bytesMax: LoggedValue.nameBytesMax) }
        let place = try await locator.locate(key, .log, as: access).place
        try await store.removeParameters(names.filter { !$0.isEmpty }, of: place)
        activity.logged(place, .values)
    }

    /// The other called `Name` is the experiment's own name.
    func logOthers(_ values: [LoggedValue], to key: String, as access: Access) async throws {
        let place = try await locator.locate(key, .log, as: access).place
        guard !values.isEmpty else { return }
        let latest = Self.latest(values)
        let name = latest.first { $0.name == "Name" && !$0.value.isEmpty }?.value
        if let name { try TextRule.check(name, "name of the experiment", bytesMax: Run.Draft.nameBytesMax) }
        try await store.mergeOthers(latest, renaming: name, of: place)
        if name != nil { locator.forget([key]) }
        activity.logged(place, name == nil ? .values : .state)
    }

    func editTags(add: [String], remove: [String], of key: String, as access: Access) async throws {
        for tag in add + remove { try TextRule.check(tag, "tag", bytesMax: Self.tagBytesMax) }
        let place = try await locator.locate(key, .log, as: access).place
        var seen = Set(remove)
        let added = add.filter { !$0.isEmpty && seen.insert($0).inserted }
        guard !added.isEmpty || !remove.isEmpty else { return }
        try await store.editTags(add: added, remove: remove, of: place)
        activity.logged(place, .values)
    }

    func get(_ key: String, as access: Access) async throws -> All {
        let place = try await locator.locate(key, .read, as: access).place
        return try await store.find(place) ?? All()
    }

    /// One for each name: of equal names the one with the latest time, and of those the last.
    static func latest(_ values: [LoggedValue]) -> [LoggedValue] {
        guard Set(values.lazy.map(\.name)).count < values.count else { return values }
        var (order, byName): ([String], [String: LoggedValue]) = ([], [:])
        for value in values {
            if let other = byName[value.name] {
                byName[value.name] = other.followed(by: value)
            } else {
                order.append(value.name)
                byName[value.name] = value
            }
        }
        return order.compactMap { byName[$0] }
    }
}

extension LoggedValue {
    /// The later of the two, with the range of both.
    fileprivate func followed(by next: LoggedValue) -> LoggedValue {
        let later = next.time >= time ? next : self
        return LoggedValue(
            stored: later.name, value: later.value, json: later.json, time: later.time, step: later.step,
            context: later.context, source: later.source, number: later.number,
            low: [low, next.low].compactMap(\.self).min(), high: [high, next.high].compactMap(\.self).max())
    }
}
