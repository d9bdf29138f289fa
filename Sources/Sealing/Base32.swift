/// Base32 (RFC 4648 §6) without padding: what people copy by hand and authenticators take.
public enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    public static func text(_ bytes: [UInt8]) -> String {
        var (digits, rest, bits): ([UInt8], UInt32, UInt32) = ([], 0, 0)
        for byte in bytes {
            rest = rest << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                digits.append(alphabet[Int(rest >> bits & 31)])
            }
            rest &= (1 << bits) - 1
        }
        if bits > 0 { digits.append(alphabet[Int(rest << (5 - bits) & 31)]) }
        return String(decoding: digits, as: UTF8.self)
    }

    /// In either case, with spaces and dashes wherever they stand; `nil` for another letter, for a length that no
    /// bytes have, and for bits that are left over and not zero.
    public static func bytes(_ text: String) -> [UInt8]? {
        var (bytes, rest, bits): ([UInt8], UInt32, UInt32) = ([], 0, 0)
        for letter in text.utf8 where letter != UInt8(ascii: " ") && letter != UInt8(ascii: "-") {
            let upper = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter) ? letter - 32 : letter
            guard let digit = alphabet.firstIndex(of: upper) else { return nil }
            rest = rest << 5 | UInt32(digit)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: rest >> bits))
            }
            rest &= (1 << bits) - 1
        }
        return bits < 5 && rest == 0 ? bytes : nil
    }
}
