public import Model

/// What a caller sends along with a request.
public struct CallContext: Sendable {
    /// Sealed access, as `auth` minted it; empty for methods that need none.
    public var access: [UInt8]
    /// What is left, counted from the start of the call.
    public var deadline: Duration
    public var trace: String
    public var idempotencyKey: String
    /// Of the client at the beginning of it all, for the audit log.
    public var address: String

    public init(
        access: [UInt8] = [], deadline: Duration = .seconds(30), trace: String = "", idempotencyKey: String = "",
        address: String = ""
    ) {
        self.access = access
        self.deadline = deadline
        self.trace = trace
        self.idempotencyKey = idempotencyKey
        self.address = address
    }
}

/// Who may call a method at all. What they may do there is the handler's question to `Access.require`.
public enum Need: Sendable {
    /// No access: signing in, health.
    case anyone
    /// Any valid access; the handler requires the action on the scope.
    case access
    /// The same, and also of who must enrol a second factor before anything else: what that takes.
    case accessOfUnsettled
    /// The access of a provisioner, which every other method refuses.
    case provisioning
    /// A Unix peer of this process's own uid that said hello as `operator`.
    case operatorOnly
}

/// A request, as its handler sees it.
public struct Call: Sendable {
    /// Verified; `nil` only where the method needs none and the caller sent none.
    public let access: Access?
    /// When the handler is cancelled and the caller is answered `.deadline`.
    public let deadline: ContinuousClock.Instant
    public let trace: String
    public let idempotencyKey: String
    /// The proven name of the calling service.
    public let peer: String
    /// Of the client at the beginning of it all, as the first service has written it down.
    public let address: String
    let accessBytes: [UInt8]

    public init(
        access: Access?, accessBytes: [UInt8] = [], deadline: ContinuousClock.Instant, trace: String = "",
        idempotencyKey: String = "", peer: String = "", address: String = ""
    ) {
        self.access = access
        self.accessBytes = accessBytes
        self.deadline = deadline
        self.trace = trace
        self.idempotencyKey = idempotencyKey
        self.peer = peer
        self.address = address
    }

    /// Throws `.unauthenticated` when the caller sent no access.
    public func requireAccess() throws(Failure) -> Access {
        guard let access else { throw Failure(.unauthenticated, "This needs a valid key or session.") }
        return access
    }

    /// To call another service on the caller's behalf, within what is left of the deadline.
    public func context(idempotencyKey: String? = nil) -> CallContext {
        CallContext(
            access: accessBytes, deadline: max(.zero, deadline - .now), trace: trace,
            idempotencyKey: idempotencyKey ?? self.idempotencyKey, address: address)
    }
}
