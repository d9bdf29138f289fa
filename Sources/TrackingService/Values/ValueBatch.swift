import Foundation
import Model
import WireMessages

/// Values that are logged together, in columns: `texts` holds of each its name, its value as it is shown, its value as
/// it was sent, its source and its context, one after the other (Proto/tracking.proto, `ValueColumns`).
struct ValueBatch: Sendable {
    private static let textsOfEach = 5
    private static let bytesMax = [
        LoggedValue.nameBytesMax, LoggedValue.valueBytesMax, LoggedValue.valueBytesMax, LoggedValue.nameBytesMax,
        LoggedValue.nameBytesMax,
    ]

    /// How a value was sent, beside how it is shown.
    enum Form: UInt8 { case same = 0, quoted, apart }

    /// One value; its texts live as long as the call that it is handed to.
    struct Item {
        let name: UnsafeRawBufferPointer
        let value: UnsafeRawBufferPointer
        /// Empty unless `form` is `.apart`.
        let json: UnsafeRawBufferPointer
        let source: UnsafeRawBufferPointer
        let context: UnsafeRawBufferPointer
        let form: Form
        let time: Int64
        /// NaN: none.
        let step: Double
        /// The least and the greatest number that it has been, where that is known to be another than it is.
        let range: (low: Double?, high: Double?)

        var hasRange: Bool { range.low != nil || range.high != nil }
    }

    let count: Int
    private let texts: Data
    private let lengths: [UInt32]
    private let forms: Data
    private let times: [Int64]
    private let steps: [Double]
    /// Empty: none is known to have been anything else.
    private var ranges: [(low: Double?, high: Double?)] = []

    /// Throws `.invalid` for columns that do not fit together, `.exhausted` for too many. A time of 0 is now.
    init(_ columns: ValueColumns) throws(Failure) {
        count = columns.timesMs.count
        guard count <= LoggedValue.requestCountMax else {
            throw Failure(.exhausted, "More than \(LoggedValue.requestCountMax) values in one request.")
        }
        (texts, lengths, forms) = (columns.texts, columns.lengths, columns.forms)
        let now = Date().milliseconds
        (times, steps) = (columns.timesMs.map { $0 == 0 ? now : $0 }, columns.steps)
        guard lengths.count == count * Self.textsOfEach, forms.count == count, steps.count == count,
            lengths.reduce(0, { $0 + Int($1) }) == texts.count, forms.allSatisfy({ Form(rawValue: $0) != nil })
        else { throw Failure(.invalid, "The columns of the values do not fit together.") }
    }

    init(_ values: [LoggedValue]) {
        var (texts, lengths, forms) = (Data(), [UInt32](), Data())
        for value in values {
            let form: Form =
                value.json == value.value ? .same : value.json == "\"\(value.value)\"" ? .quoted : .apart
            for text in [value.name, value.value, form == .apart ? value.json : "", value.source, value.context] {
                texts.append(contentsOf: text.utf8)
                lengths.append(UInt32(truncatingIfNeeded: text.utf8.count))
            }
            forms.append(form.rawValue)
        }
        count = values.count
        (self.texts, self.lengths, self.forms) = (texts, lengths, forms)
        (times, steps) = (values.map(\.time), values.map { $0.step ?? .nan })
        if values.contains(where: { $0.low != $0.number || $0.high != $0.number }) {
            ranges = values.map { ($0.low, $0.high) }
        }
    }

    func forEach(_ body: (Item) -> Void) {
        texts.withUnsafeBytes { texts in
            var start = 0
            func next(_ place: Int) -> UnsafeRawBufferPointer {
                let end = start + Int(lengths[place])
                defer { start = end }
                return UnsafeRawBufferPointer(rebasing: texts[start..<end])
            }
            for (index, form) in forms.enumerated() {
                let first = index * Self.textsOfEach
                let (name, value, json) = (next(first), next(first + 1), next(first + 2))
                body(
                    Item(
                        name: name, value: value, json: json, source: next(first + 3), context: next(first + 4),
                        form: Form(rawValue: form) ?? .same, time: times[index],
                        step: steps[index], range: ranges.isEmpty ? (nil, nil) : ranges[index]))
            }
        }
    }

    /// Each as a value of its own. Throws `.invalid`, naming it, when one is too long or holds a NUL.
    func values() throws(Failure) -> [LoggedValue] {
        var outcome: Result<[LoggedValue], Failure> = .success([])
        forEach { item in
            guard case .success(var values) = outcome else { return }
            do throws(Failure) {
                values.append(try LoggedValue(item))
                outcome = .success(values)
            } catch { outcome = .failure(error) }
        }
        return try outcome.get()
    }

    /// Whether every text may be stored and no name stands twice: such a batch needs no look at each value.
    var isPlain: Bool {
        guard !texts.withUnsafeBytes({ $0.contains(0) }) else { return false }
        for place in lengths.indices where lengths[place] > Self.bytesMax[place % Self.textsOfEach] { return false }
        for place in stride(from: 0, to: lengths.count, by: Self.textsOfEach) where lengths[place] == 0 { return false }
        return areNamesDistinct
    }

    /// By 64 bits of each (FNV-1a): two that share them count as the same, which is only slower.
    private var areNamesDistinct: Bool {
        var marks: [UInt64] = []
        marks.reserveCapacity(count)
        texts.withUnsafeBytes { texts in
            var start = 0
            for place in lengths.indices {
                let end = start + Int(lengths[place])
                if place % Self.textsOfEach == 0 {
                    var mark: UInt64 = 0xcbf2_9ce4_8422_2325
                    for byte in texts[start..<end] { mark = (mark ^ UInt64(byte)) &* 0x100_0000_01b3 }
                    marks.append(mark)
                }
                start = end
            }
        }
        marks.sort()
        return !zip(marks, marks.dropFirst()).contains { $0 == $1 }
    }
}

extension LoggedValue {
    fileprivate init(_ item: ValueBatch.Item) throws(Failure) {
        let value = String(decoding: item.value, as: UTF8.self)
        let json =
            switch item.form {
            case .same: value
            case .quoted: "\"\(value)\""
            case .apart: String(decoding: item.json, as: UTF8.self)
            }
        try self.init(
            name: String(decoding: item.name, as: UTF8.self), value: value, json: json, time: item.time,
            step: item.step.isFinite ? item.step : nil, context: String(decoding: item.context, as: UTF8.self),
            source: String(decoding: item.source, as: UTF8.self))
    }
}
