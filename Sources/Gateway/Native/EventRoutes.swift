import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

/// `/experiments/{key}/events`: what changes, as server-sent events (WHATWG HTML §9.2). An event says that something
/// grew, not what; the page then asks for what it shows.
struct EventRoutes: Sendable {
    /// The stream ends after this long, and the browser comes back with rights that are checked anew.
    static let streamMax: Duration = .seconds(50)

    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("experiments/:key/events", use: events)
    }

    @Sendable private func events(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let key = try context.part("key")
        let call = caller.call(context, deadline: Self.streamMax)
        let tracking = gateway.backends.tracking
        let state = try await tracking.get(.with { $0.key = key }, call).experiment.state
        var response = Reply.text("")
        response.headers[.contentType] = "text/event-stream"
        response.headers[.contentLength] = nil
        response.body = .streamed { output in
            try await output.write(ByteBuffer(string: "retry: 1000\n\n"))
            try await output.write(Self.event(what: "state", names: [], state: state.word))
            do {
                try await tracking.watch(.with { $0.key = key }, call) { changes in
                    for try await change in changes {
                        try await output.write(try await self.told(change, key, caller, request, context))
                    }
                }
            } catch let failure as Failure where failure.code == .deadline || failure.code == .unavailable {
                // The browser comes back by itself.
            }
        }
        return response
    }

    /// Whoever may no longer see the experiment hears no more of it: the credential is looked at for every event.
    private func told(
        _ change: ExperimentChange, _ key: String, _ caller: Caller, _ request: Request, _ context: EdgeContext
    ) async throws -> ByteBuffer {
        let now = try await visitors.reader(request, context)
        guard now.principal == caller.principal else { throw Failure(.unauthenticated, "Somebody else signed in.") }
        if change.what.isEmpty || change.what == "heartbeat" { return ByteBuffer(string: ": here\n\n") }
        guard change.what == "state" else { return Self.event(what: change.what, names: change.names, state: nil) }
        let found = try await gateway.backends.tracking.get(.with { $0.key = key }, now.call(context))
        return Self.event(what: "state", names: [], state: found.experiment.state.word)
    }

    private static func event(what: String, names: [String], state: String?) -> ByteBuffer {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("what", what)
            writer.key("names")
            writer.array(names) { $0.string($1) }
            if let state { writer.member("state", state) }
        }
        var buffer = ByteBuffer(string: "event: change\ndata: ")
        buffer.writeBytes(writer.bytes)
        buffer.writeString("\n\n")
        return buffer
    }
}
