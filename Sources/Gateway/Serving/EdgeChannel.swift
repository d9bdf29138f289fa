import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// A connection of the main listener: Hummingbird's, with a `ShortRequestHandler` in front of what awaits requests.
struct EdgeChannel: ServerChildChannel {
    let http: HTTP1Channel
    let short: ShortRequests

    /// The handler stands behind the one that closes idle connections, and those of a server that stops: that one
    /// sees all requests and all answers.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let keeper = try pipeline.handler(type: HTTPConnectionStateHandler.self)
            try pipeline.addHandler(ShortRequestHandler(short), position: .after(keeper))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
