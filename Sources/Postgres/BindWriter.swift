/// The values of a statement in PostgreSQL's binary form, in one buffer: per value its length in host
/// order (-1 for NULL), then its bytes.
public struct BindWriter: Sendable {
    private(set) var bytes: [UInt8] = []
    /// How many values the buffer holds.
    var count = 0

    init() {}

    mutating func reserve(_ capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func append(_ other: BindWriter) {
        bytes.append(contentsOf: other.bytes)
        count += other.count
    }

    mutating func null() {
        put(Int32(-1))
    }

    /// Writes one value: `body` writes its bytes, the length is filled in after.
    mutating func value(_ body: (inout BindWriter) -> Void) {
        let start = bytes.count
        put(Int32(0))
        body(&self)
        let length = Int32(truncatingIfNeeded: bytes.count - start - 4)
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: Int32.self) }
    }

    /// One element of an array: as `value`, but with the length in network order, as the array's format has it.
    mutating func element(_ body: (inout BindWriter) -> Void) {
        let start = bytes.count
        put(Int32(0))
        body(&self)
        let length = Int32(truncatingIfNeeded: bytes.count - start - 4).bigEndian
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: Int32.self) }
    }

    /// Appends the bytes of an integer as they are: say `.bigEndian` for network order.
    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ buffer: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: buffer)
    }

    mutating func put(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func reserveMore(_ count: Int) {
        let needed = bytes.count + count
        if needed > bytes.capacity { bytes.reserveCapacity(Swift.max(needed, 2 * bytes.capacity)) }
    }

    /// Calls `body` with the values as libpq wants them: pointers, lengths and formats (all binary).
    func withParameters<Answer>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Answer
    ) -> Answer {
        guard count > 0 else { return body(0, nil, nil, nil) }
        let count = count
        return bytes.withUnsafeBytes { raw in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
                    var at = 0
                    for index in 0..<count {
                        let length = raw.loadUnaligned(fromByteOffset: at, as: Int32.self)
                        at += 4
                        let start = raw.baseAddress?.advanced(by: at).assumingMemoryBound(to: CChar.self)
                        values.initializeElement(at: index, to: length < 0 ? nil : start)
                        numbers.initializeElement(at: index, to: max(0, length))
                        numbers.initializeElement(at: count + index, to: 1)
                        at += Int(max(0, length))
                    }
                    let lengths = numbers.baseAddress.map { UnsafePointer($0) }
                    return body(
                        Int32(truncatingIfNeeded: count), values.baseAddress.map { UnsafePointer($0) }, lengths,
                        lengths?.advanced(by: count))
                }
            }
        }
    }
}
