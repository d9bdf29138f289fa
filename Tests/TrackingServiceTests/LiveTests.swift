import Foundation
import Model
import TestKit
import Testing

@testable import TrackingService

@Suite struct LiveTests {
    private func place(_ tenant: Tenant = Tenant("t")) -> ExperimentPlace {
        ExperimentPlace(workspace: tenant.workspace, project: tenant.project, id: .fresh(), key: key(1))
    }

    @Test func `changes are gathered, and reach the watchers of that experiment`() async throws {
        let (hub, one, other) = (ChangeHub(), place(), place())
        let stream = try hub.watch(one)
        hub.publish(one.id, .metrics, names: ["loss"])
        hub.publish(one.id, .metrics, names: ["acc"])
        hub.publish(other, .output)
        hub.publish(one, .state)
        #expect(hub.flush().count == 2 && hub.flush().isEmpty)
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next()?.names == [.metrics: ["loss", "acc"], .state: []])
    }

    @Test func `notices come back as they went, the long ones without names`() {
        let (origin, experiment) = (UUID(), UUID())
        let change = ChangeHub.Change(names: [.metrics: ["a b", "c/d"], .values: []])
        let long = ChangeHub.Change(names: [
            .metrics: Set((0..<90).map { "\($0)" + String(repeating: "x", count: 100) })
        ])
        let forger = ChangeHub.Change(names: [.metrics: ["\u{1d}\(UUID().uuidString)\u{1e}state"]])
        let nameless = ChangeHub.Change(names: [.metrics: []])
        for (sent, heard) in [(change, change), (long, nameless), (forger, nameless)] {
            let notices = ChangeNotices.encode([experiment: sent], from: origin)
            #expect(notices.count == 1 && notices[0].utf8.count < 8000)
            #expect(ChangeNotices.decode(notices[0]) == [experiment: heard])
        }
        #expect(ChangeNotices.decode("what is this") == [:])
        #expect(ChangeNotices.encode([:], from: origin) == [])
    }

    @Test func `many changes go in few notices`() {
        var changes: [UUID: ChangeHub.Change] = [:]
        for n in 0..<1000 { changes[UUID()] = .init(names: [.metrics: ["loss", "acc \(n)"], .state: []]) }
        let notices = ChangeNotices.encode(changes, from: UUID())
        #expect(notices.count < 20 && notices.allSatisfy { $0.utf8.count < 8000 })
        #expect(notices.reduce(into: [:]) { $0.merge(ChangeNotices.decode($1)) { first, _ in first } } == changes)
    }

    @Test func `a change in one process reaches a watcher in another, and its own is not heard twice`() async throws {
        try await Desk.with { desk in
            let (here, there, place) = (ChangeHub(), ChangeHub(), place())
            let store = NoticeStore(database: desk.database)
            let stream = try there.watch(place)
            let notices = ChangeNotices(hub: here, store: store, logger: ScratchDatabase.logger)
            let others = ChangeNotices(hub: there, store: store, logger: ScratchDatabase.logger)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await others.run() }
                group.addTask {
                    while true {
                        here.publish(place.id, .metrics, names: ["loss"])
                        await notices.send()
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
                for await change in stream {
                    #expect(change.names == [.metrics: ["loss"]])
                    break
                }
                group.cancelAll()
                try? await group.waitForAll()
            }
            let own = try here.watch(place)
            for notice in ChangeNotices.encode([place.id.uuid: .init(names: [.state: []])], from: here.origin)
                + ChangeNotices.encode([place.id.uuid: .init(names: [.output: []])], from: UUID())
            { notices.hear(notice) }
            var heard = own.makeAsyncIterator()
            #expect(await heard.next()?.names == [.output: []])
        }
    }
}
