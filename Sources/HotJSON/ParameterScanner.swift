import Glibc

/// Reads parameters as the clients write nearly all: ASCII without escapes, one flat object for each. `nil` for
/// everything else, right or wrong: `JSONParser` reads that. What both read, they read alike.
struct ParameterScanner {
    /// A body that needs more of them is left to the parser, which bounds what it makes of memory.
    private static let columnsMax = 20

    private let bytes: UnsafeBufferPointer<UInt8>
    private let nowMs: Int64
    private let bytesMax: Int
    private var at = 0
    private var batch = ParameterBatch()

    static func batch(_ json: UnsafeRawBufferPointer, nowMs: Int64, bytesMax: Int) -> ParameterBatch? {
        var scanner = ParameterScanner(bytes: json.bindMemory(to: UInt8.self), nowMs: nowMs, bytesMax: bytesMax)
        guard scanner.body(), scanner.at == scanner.bytes.count else { return nil }
        return scanner.batch
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, nowMs: Int64, bytesMax: Int) {
        (self.bytes, self.nowMs, self.bytesMax) = (bytes, nowMs, bytesMax)
    }

    private struct Item {
        var name = 0..<0
        var value = 0..<0
        var form = ParameterColumns.Form.same
        var source = 0..<0
        var context = 0..<0
        var time: Int64?
        var step: Double?
    }

    private enum Field { case name, value, source, context, time, step }

    /// No two of these names are of one length.
    private func field(_ name: Range<Int>) -> Field? {
        switch name.count {
        case 4: text(name, is: "step") ? .step : nil
        case 6: text(name, is: "source") ? .source : nil
        case 7: text(name, is: "context") ? .context : nil
        case 9: text(name, is: "timestamp") ? .time : nil
        case 13: text(name, is: "parameterName") ? .name : nil
        case 14: text(name, is: "parameterValue") ? .value : nil
        default: nil
        }
    }

    private mutating func body() -> Bool {
        var hasValues = false
        return members { scanner, name in
            if scanner.text(name, is: "experimentKey") { return scanner.word { $0.experimentKey = $1 } }
            if scanner.text(name, is: "apiKey") { return scanner.word { $0.apiKey = $1 } }
            if scanner.text(name, is: "values") {
                guard !hasValues else { return false }
                hasValues = true
                return scanner.values()
            }
            // A name that says the same as another, or one that only the parser knows.
            return !scanner.text(name, is: "api_key") && scanner.skipScalar()
        }
    }

    /// Text for one of the batch's own fields, which stands there once.
    private mutating func word(_ take: (inout ParameterBatch, String) -> Void) -> Bool {
        guard let range = string() else { return false }
        take(&batch, String(decoding: bytes[range], as: UTF8.self))
        return true
    }

    private mutating func values() -> Bool {
        guard skip(UInt8(ascii: "[")) else { return false }
        if skip(UInt8(ascii: "]")) { return true }
        batch.columns.append(ParameterColumns())
        batch.columns[0].reserve(32, bytes: min(bytes.count, bytesMax))
        repeat {
            guard item(), batch.columns.count <= Self.columnsMax else { return false }
        } while skip(UInt8(ascii: ","))
        return skip(UInt8(ascii: "]"))
    }

    private mutating func item() -> Bool {
        var item = Item()
        let isRead = members { scanner, name in
            switch scanner.field(name) {
            case .name: scanner.optionalString(&item.name)
            case .value: scanner.value(&item)
            case .source: scanner.optionalString(&item.source)
            case .context: scanner.optionalString(&item.context)
            case .time: scanner.optionalInteger { item.time = $0 }
            case .step: scanner.optionalInteger { item.step = $0.map(Double.init) }
            case nil: scanner.skipScalar()
            }
        }
        guard isRead, !item.name.isEmpty, item.form == .quoted || !item.value.isEmpty else { return false }
        let (bytes, nowMs) = (bytes, nowMs)
        batch.add(bytesMax) { columns in
            columns.put(bytes[item.name])
            columns.put(bytes[item.value])
            columns.put(EmptyCollection())
            columns.put(bytes[item.source])
            columns.put(bytes[item.context])
            columns.end(item.form, item.time ?? nowMs, item.step)
        }
        return true
    }

    private mutating func value(_ item: inout Item) -> Bool {
        if let text = string() {
            (item.value, item.form) = (text, .quoted)
            return true
        }
        guard let scalar = scalar() else { return false }
        (item.value, item.form) = (scalar, .same)
        return true
    }
}

// MARK: What JSON is made of

extension ParameterScanner {
    /// `each` reads the value of the member of this name.
    private mutating func members(_ each: (inout ParameterScanner, Range<Int>) -> Bool) -> Bool {
        guard skip(UInt8(ascii: "{")) else { return false }
        if skip(UInt8(ascii: "}")) { return true }
        repeat {
            guard let name = string(), skip(UInt8(ascii: ":")), each(&self, name) else { return false }
        } while skip(UInt8(ascii: ","))
        return skip(UInt8(ascii: "}"))
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0a || bytes[at] == 0x0d || bytes[at] == 0x09 {
            at += 1
        }
    }

    /// Takes a mark and the space around it.
    private mutating func skip(_ mark: UInt8) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == mark else { return false }
        at += 1
        skipSpace()
        return true
    }

    /// What stands between two quotation marks, if it is printable ASCII without escapes.
    private mutating func string() -> Range<Int>? {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return nil }
        let start = at + 1
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") {
                at = end + 1
                skipSpace()
                return start..<end
            }
            guard byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\\") else { return nil }
            end += 1
        }
        return nil
    }

    private mutating func optionalString(_ range: inout Range<Int>) -> Bool {
        if let text = string() {
            range = text
            return true
        }
        guard let scalar = scalar(), text(scalar, is: "null") else { return false }
        range = 0..<0
        return true
    }

    private mutating func optionalInteger(_ take: (Int64?) -> Void) -> Bool {
        guard let scalar = scalar() else { return false }
        if text(scalar, is: "null") {
            take(nil)
            return true
        }
        // So few digits that a double holds them exactly.
        guard scalar.count <= 15 else { return false }
        var number: Int64 = 0
        for byte in bytes[scalar] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return false }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        take(number)
        return true
    }

    private mutating func skipScalar() -> Bool {
        string() != nil || scalar() != nil
    }

    /// `null`, `true`, `false` or a number of RFC 8259 §6.
    private mutating func scalar() -> Range<Int>? {
        let start = at
        while at < bytes.count, Self.isPartOfScalar(bytes[at]) { at += 1 }
        guard start < at else { return nil }
        let range = start..<at
        skipSpace()
        if bytes[start] >= UInt8(ascii: "a") {
            return text(range, is: "null") || text(range, is: "true") || text(range, is: "false") ? range : nil
        }
        return JSONNumber.isWellFormed(bytes[range]) ? range : nil
    }

    private static func isPartOfScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"),
            UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private func text(_ range: Range<Int>, is word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount, let start = bytes.baseAddress else { return false }
        return memcmp(start + range.lowerBound, word.utf8Start, range.count) == 0
    }
}
