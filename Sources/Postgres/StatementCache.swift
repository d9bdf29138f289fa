/// What is prepared on one connection, by the statement's text.
struct StatementCache {
    /// A statement's name on the server, NUL-terminated.
    struct Name {
        let number: Int
        let bytes: [CChar]

        init(_ number: Int) {
            self.number = number
            bytes = Array("h\(number)".utf8CString)
        }

        var text: String { "h\(number)" }
    }

    private struct Entry {
        let name: Name
        var lastUse: Int
    }

    /// Hashed as one run of bytes: `[UInt8]` alone would feed the hasher byte by byte.
    private struct Key: Hashable {
        let text: [UInt8]

        func hash(into hasher: inout Hasher) {
            text.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var clock = 0
    private var evicted: Name?

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// The statement's name, and whether it has yet to be prepared under it.
    mutating func name(of text: [UInt8]) -> (name: Name, isNew: Bool) {
        clock += 1
        let key = Key(text: text)
        if let index = entries.index(forKey: key) {
            entries.values[index].lastUse = clock
            return (entries.values[index].name, false)
        }
        if entries.count >= capacity { evict() }
        let name = Name(clock)
        entries[key] = Entry(name: name, lastUse: clock)
        return (name, true)
    }

    func knows(_ text: [UInt8]) -> Bool {
        entries.index(forKey: Key(text: text)) != nil
    }

    /// Must be called after `name(of:)`: what has to be deallocated on the server, if anything.
    mutating func takeEvicted() -> Name? {
        defer { evicted = nil }
        return evicted
    }

    mutating func forget(_ text: [UInt8]) {
        entries[Key(text: text)] = nil
    }

    /// Forgets a text only while it still has this name.
    mutating func forget(_ text: [UInt8], named number: Int) {
        let key = Key(text: text)
        if entries[key]?.name.number == number { entries[key] = nil }
    }

    private mutating func evict() {
        guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        evicted = oldest.value.name
        entries[oldest.key] = nil
    }
}
