import Testing

@testable import Wire

/// Frames given to a session, with the body as bytes.
extension ClientSession where Token == String {
    mutating func receive(_ kind: FrameHeader.Kind, call: UInt32 = 0, _ body: [UInt8] = [], count: Int? = nil) throws
        -> Action
    {
        let header = FrameHeader(kind: kind, call: call, bodyCount: count ?? body.count)
        return try body.withUnsafeBytes { try receive(header, $0) }
    }
}

extension ServerSession where Token == String {
    mutating func receive(_ kind: FrameHeader.Kind, call: UInt32 = 0, _ body: [UInt8] = [], count: Int? = nil) throws
        -> Action
    {
        let header = FrameHeader(kind: kind, call: call, bodyCount: count ?? body.count)
        return try body.withUnsafeBytes { try receive(header, $0) }
    }
}

private let late = ContinuousClock.now + .seconds(3600)

struct ClientSessionTests {
    private func open() throws -> ClientSession<String> {
        var session = ClientSession<String>()
        guard case .hello = try session.receive(.hello) else { throw FrameError.unexpected(.hello) }
        try session.greet()
        return session
    }

    @Test func `nothing may start before hello`() {
        var session = ClientSession<String>()
        check(!session.start(1, "a", .unary, credit: 0, deadline: late).accepted)
        #expect(throws: FrameError.unexpected(.response)) { try session.receive(.response, call: 1) }
    }

    @Test func `answers come in any order`() throws {
        var session = try open()
        for (id, token) in [(UInt32(1), "a"), (2, "b")] {
            check(session.start(id, token, .unary, credit: 0, deadline: late).accepted)
        }
        guard case .response("b", done: true) = try session.receive(.response, call: 2) else {
            Issue.record("not b")
            return
        }
        guard case .failure("a") = try session.receive(.failure, call: 1) else {
            Issue.record("not a")
            return
        }
        check(session.callsInFlight == 0)
    }

    @Test func `a reply to nobody ends the connection, a late one does not`() throws {
        var session = try open()
        _ = session.start(1, "a", .unary, credit: 0, deadline: late)
        #expect(throws: FrameError.callUnknown(2)) { try session.receive(.response, call: 2) }
        #expect(throws: FrameError.callUnknown(0)) { try session.receive(.response, call: 0) }
        check(session.cancel(1) == "a")
        guard case .ignore = try session.receive(.response, call: 1) else {
            Issue.record("a late answer counts")
            return
        }
        check(session.cancel(1) == nil)
    }

    @Test func `chunks come after the response and within the credit`() throws {
        var session = try open()
        _ = session.start(1, "a", .download, credit: 100, deadline: late)
        #expect(throws: FrameError.unexpected(.chunk)) { try session.receive(.chunk, call: 1, count: 10) }
        guard case .response("a", done: false) = try session.receive(.response, call: 1) else {
            Issue.record("no response")
            return
        }
        #expect(throws: FrameError.unexpected(.response)) { try session.receive(.response, call: 1) }
        _ = try session.receive(.chunk, call: 1, count: 100)
        #expect(throws: FrameError.creditExceeded(1)) { try session.receive(.chunk, call: 1, count: 1) }
        check(session.grant(1, 5))
        _ = try session.receive(.chunk, call: 1, count: 5)
        guard case .end("a") = try session.receive(.end, call: 1) else {
            Issue.record("no end")
            return
        }
        check(!session.grant(1, 5))
    }

    @Test func `goaway gives back what the server has not looked at`() throws {
        var session = try open()
        for id in UInt32(1)...4 { _ = session.start(id, "\(id)", .unary, credit: 0, deadline: late) }
        guard case .goaway(let untouched) = try session.receive(.goaway, big(UInt32(2))) else {
            Issue.record("no goaway")
            return
        }
        #expect(untouched.sorted() == ["3", "4"])
        check(!session.isDrained)
        check(!session.start(5, "5", .unary, credit: 0, deadline: late).accepted)
        _ = try session.receive(.response, call: 1)
        _ = try session.receive(.response, call: 2)
        check(session.isDrained)
    }

    @Test func `deadlines pass one by one`() throws {
        var session = try open()
        let now = ContinuousClock.now
        check(session.start(1, "late", .unary, credit: 0, deadline: now + .seconds(9)).timer)
        check(session.start(2, "soon", .unary, credit: 0, deadline: now + .seconds(1)).timer)
        check(!session.start(3, "later", .unary, credit: 0, deadline: now + .seconds(20)).timer)
        check(session.expire(now).isEmpty)
        check(session.expire(now + .seconds(2)).map(\.1) == ["soon"])
        check(session.deadlines.bound == now + .seconds(9))
        check(session.close().sorted() == ["late", "later"])
    }

    @Test(arguments: [[], [0, 0, 0], [0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 1, 0]] as [[UInt8]])
    func `a window that grants nothing sensible is refused`(body: [UInt8]) throws {
        var session = try open()
        _ = session.start(1, "a", .upload, credit: 0, deadline: late)
        #expect(throws: FrameError.malformed(.window)) { try session.receive(.window, call: 1, body) }
    }
}

struct ServerSessionTests {
    private func open(callsMax: Int = 10) throws -> ServerSession<String> {
        var session = ServerSession<String>(callsMax: callsMax)
        guard case .hello = try session.receive(.hello) else { throw FrameError.unexpected(.hello) }
        try session.greet()
        return session
    }

    @Test func `no call before hello, and one hello only`() throws {
        var silent = ServerSession<String>(callsMax: 1)
        for kind in FrameHeader.Kind.allCases where ![.hello, .goaway].contains(kind) {
            #expect(throws: FrameError.unexpected(kind)) { try silent.receive(kind, call: 1) }
        }
        var session = try open()
        #expect(throws: FrameError.unexpected(.hello)) { try session.receive(.hello) }
    }

    @Test func `an id used twice ends the connection`() throws {
        var session = try open()
        _ = try session.receive(.request, call: 5)
        #expect(throws: FrameError.callReused(5)) { try session.receive(.request, call: 5) }
        #expect(throws: FrameError.callReused(4)) { try session.receive(.request, call: 4) }
        #expect(throws: FrameError.callReused(0)) { try session.receive(.request, call: 0) }
    }

    @Test func `one call too many is answered, the next is taken after one ends`() throws {
        var session = try open(callsMax: 1)
        _ = try session.receive(.request, call: 1)
        _ = session.open(1, "a", upload: nil, deadline: late)
        guard case .crowded = try session.receive(.request, call: 2) else {
            Issue.record("not crowded")
            return
        }
        check(session.finish(1))
        guard case .request = try session.receive(.request, call: 3) else {
            Issue.record("still crowded")
            return
        }
    }

    @Test func `a cancelled call keeps its place until the handler returns, and is not answered`() throws {
        var session = try open()
        _ = try session.receive(.request, call: 1)
        _ = session.open(1, "a", upload: nil, deadline: late)
        guard case .cancel("a") = try session.receive(.cancel, call: 1) else {
            Issue.record("no cancel")
            return
        }
        check(session.callsInFlight == 1)
        check(!session.mayAnswer(1))
        check(!session.finish(1))
        check(session.callsInFlight == 0)
    }

    @Test func `uploads keep to their credit and end once`() throws {
        var session = try open()
        _ = try session.receive(.request, call: 1)
        _ = session.open(1, "a", upload: 10, deadline: late)
        _ = try session.receive(.chunk, call: 1, count: 10)
        #expect(throws: FrameError.creditExceeded(1)) { try session.receive(.chunk, call: 1, count: 1) }
        check(session.grant(1, 3))
        _ = try session.receive(.chunk, call: 1, count: 3)
        _ = try session.receive(.end, call: 1)
        #expect(throws: FrameError.unexpected(.end)) { try session.receive(.end, call: 1) }
        #expect(throws: FrameError.unexpected(.chunk)) { try session.receive(.chunk, call: 1, count: 1) }
        check(!session.grant(1, 3))
    }

    @Test func `chunks for a unary call end the connection`() throws {
        var session = try open()
        _ = try session.receive(.request, call: 1)
        _ = session.open(1, "a", upload: nil, deadline: late)
        #expect(throws: FrameError.unexpected(.chunk)) { try session.receive(.chunk, call: 1, count: 1) }
        #expect(throws: FrameError.callUnknown(9)) { try session.receive(.chunk, call: 9, count: 1) }
    }

    @Test func `draining ignores what crossed the goaway`() throws {
        var session = try open()
        _ = try session.receive(.request, call: 1)
        _ = session.open(1, "a", upload: nil, deadline: late)
        check(session.drain() == 1)
        check(session.drain() == nil)
        guard case .ignore = try session.receive(.request, call: 2),
            case .ignore = try session.receive(.cancel, call: 2)
        else {
            Issue.record("a call was accepted after goaway")
            return
        }
        check(!session.isDrained)
        _ = session.finish(1)
        check(session.isDrained)
    }

    @Test func `a head that is cut anywhere is not understood`() {
        let head: [UInt8] = [0x0a, 3, 1, 2, 3, 0x10, 0xac, 0x02, 0x1a, 1, 65, 0x28, 0x80, 0x08]
        let body = big(UInt16(head.count)) + head + [9, 9]
        let parts = body.withUnsafeBytes { RequestBody.parse($0) }
        #expect(
            parts == RequestBody.Parts(head: 2..<16, message: 16..<18, deadlineMilliseconds: 300, credit: 1024))
        for cut in 0..<16 {
            #expect(body[..<cut].withUnsafeBytes { RequestBody.parse($0) } == nil)
        }
        let endless = big(UInt16(3)) + [0x0a, 0xff, 0x7f]
        #expect(endless.withUnsafeBytes { RequestBody.parse($0) } == nil)
    }

    @Test func `versions are agreed on or not`() {
        #expect(Version.agreed(theirMin: 1, theirMax: 1) == 1)
        #expect(Version.agreed(theirMin: 1, theirMax: 9) == 1)
        #expect(Version.agreed(theirMin: 2, theirMax: 9) == nil)
        #expect(Version.agreed(theirMin: 0, theirMax: 0) == nil)
        #expect(Version.agreed(theirMin: 3, theirMax: 1) == nil)
    }
}
