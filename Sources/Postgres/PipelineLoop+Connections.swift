internal import CLibPQ
internal import Logging

/// Getting and losing connections.
extension PipelineLoop {
    func begin(_ lane: Lane, _ link: Link) {
        lane.begin(link)
        if hl_epoll_add(epoll, PQsocket(link.connection), UInt64(lane.index)) != 0 { lose(lane) }
    }

    func lose(_ lane: Lane) {
        guard let link = lane.link else { return }
        let error = PostgresError.lost(PQerrorMessage(link.connection).map { String(cString: $0) } ?? "connection lost")
        logger.warning("connection to PostgreSQL lost", metadata: ["underWay": "\(lane.depth)"])
        _ = hl_epoll_remove(epoll, PQsocket(link.connection))
        fail(lane.lose(), error)
        connect(lane)
    }

    /// On a thread of its own, since connecting blocks, with a pause that grows with each failure.
    func connect(_ lane: Lane) {
        guard !isStopping else { return }
        let (inbox, config, index, failures) = (inbox, config, lane.index, lane.failures)
        startThread("pg-connect") {
            pause(afterFailures: failures)
            do throws(PostgresError) {
                let link = try Link.pipelined(config)
                inbox.post(.connected(lane: index, .init(link: link)))
            } catch {
                inbox.post(.failed(lane: index, error))
            }
        }
    }
}
