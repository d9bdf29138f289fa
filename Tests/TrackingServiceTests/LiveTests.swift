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

    @Test func `notices come back as they went, the long ones without names`() throws {
        let (origin, experiment) = (UUID(), UUID())
        let change = ChangeHub.Change(names: [.metrics: ["a b", "c/d"], .values: []])
        let read = try #require(ChangeNotices.decode(ChangeNotices.encode(origin, experiment, change)))
        #expect(read.origin == origin && read.experiment == experiment && read.change == change)
        let long = ChangeHub.Change(names: [
            .metrics: Set((0..<90).map { "\($0)" + String(repeating: "x", count: 100) })
        ])
        let text = ChangeNotices.encode(origin, experiment, long)
        #expect(text.utf8.count < 8000 && ChangeNotices.decode(text)?.change.names == [.metrics: []])
        #expect(ChangeNotices.decode("what is this") == nil)
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
            notices.hear(ChangeNotices.encode(here.origin, place.id.uuid, .init(names: [.state: []])))
            #expect(here.flush().count <= 1)
        }
    }
}
