/// Calls that have not been sent yet: those that go alone, and those that gather to go together.
struct WaitingCalls {
    private(set) var alone = Ring<Pending>()
    private(set) var joint = Ring<Pending>()

    var isEmpty: Bool { alone.isEmpty && joint.isEmpty }
    var all: [Pending] { Array(alone.all) + Array(joint.all) }

    mutating func append(_ call: Pending) {
        if call.isJoint { joint.append(call) } else { alone.append(call) }
    }

    /// In front of all others.
    mutating func prepend(_ call: Pending) {
        if call.isJoint { joint.prepend(call) } else { alone.prepend(call) }
    }

    mutating func takeAlone() -> Pending? {
        alone.removeFirst()
    }

    mutating func takeJoint() -> Pending? {
        joint.removeFirst()
    }

    /// Answers what was removed.
    mutating func removeAll(where isGone: (Pending) -> Bool) -> [Pending] {
        let gone = all.filter(isGone)
        guard !gone.isEmpty else { return [] }
        alone.removeAll(where: isGone)
        joint.removeAll(where: isGone)
        return gone
    }
}
