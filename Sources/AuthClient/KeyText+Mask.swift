import Glibc

extension KeyText {
    /// Takes the place of a key's secret, of the same length, so that nothing around it moves: neither JSON nor a
    /// length that was declared breaks. Letters and `_` only, which mean nothing anywhere.
    static let mask = Array("_was_a_key_and_is_removed_by_halley_".utf8)
    private static let idEnd = 13

    /// The keys in `bytes`, in their order: a tag, 44 characters of Base62, and a checksum that holds.
    ///
    /// - Parameter own: A key, however presented, that may stand there once and is passed over then.
    public static func found(
        in bytes: UnsafeRawBufferPointer, besides own: String? = nil
    ) -> [(offset: Int, key: KeyText)] {
        guard let base = bytes.baseAddress else { return [] }
        var own = own.flatMap(bare)
        var (found, from): ([(Int, KeyText)], Int) = ([], 0)
        // By its `_`, the fifth character and the rarest.
        while let hit = memchr(base + from, Int32(UInt8(ascii: "_")), bytes.count - from) {
            let offset = base.distance(to: UnsafeRawPointer(hit)) - 4
            from = offset + 5
            guard offset >= 0, bytes.count - offset >= length, bytes[offset] == UInt8(ascii: "h"),
                bytes[offset + 1] == UInt8(ascii: "l"), bytes[offset + 2] == UInt8(ascii: "y")
            else { continue }
            let candidate = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            if own?.elementsEqual(candidate) == true {
                own = nil
                from = offset + length
                continue
            }
            guard let key = KeyText(bytes: candidate) else { continue }
            found.append((offset, key))
            from = offset + length
        }
        return found
    }

    /// What may be a key in the text that presents it: as many bytes as a key has, from its tag on.
    private static func bare(_ presented: String) -> [UInt8]? {
        let bytes = Array(presented.utf8)
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "_")), mark >= 4, bytes.count - (mark - 4) >= length else {
            return nil
        }
        return Array(bytes[(mark - 4)..<(mark - 4 + length)])
    }

    /// Overwrites the secrets of all keys in `bytes`; their tags and ids stay. Answers which they were.
    public static func mask(in bytes: UnsafeMutableRawBufferPointer) -> [KeyText] {
        found(in: UnsafeRawBufferPointer(bytes)).map { offset, key in
            UnsafeMutableRawBufferPointer(rebasing: bytes[(offset + idEnd)..<(offset + length)]).copyBytes(from: mask)
            return key
        }
    }
}
