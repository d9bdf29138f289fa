import Testing

@testable import QRCode

@Suite struct QRCodeTests {
    /// The three squares in the corners, by which a camera finds it (ISO/IEC 18004 §6.3.3).
    @Test func `it has its finders, and as many modules as its version says`() throws {
        let code = try #require(QRCode("otpauth://totp/Halley:ada?secret=JBSWY3DPEHPK3PXP&issuer=Halley"))
        let count = code.modules.count
        #expect((count - 17) % 4 == 0 && code.modules.allSatisfy { $0.count == count })
        let finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
        for (top, left) in [(0, 0), (0, count - 7), (count - 7, 0)] {
            let found = (top..<top + 7).map { row in
                code.modules[row][left..<left + 7].map { $0 ? "1" : "0" }.joined()
            }
            #expect(found == finder)
        }
    }

    @Test func `the picture is the modules`() throws {
        let code = try #require(QRCode("halley"))
        var drawn = Array(repeating: Array(repeating: false, count: code.modules.count), count: code.modules.count)
        for match in code.svg.matches(of: #/M(\d+) (\d+)h(\d+)v1/#) {
            let (x, y) = (try #require(Int(match.output.1)) - 4, try #require(Int(match.output.2)) - 4)
            for column in x..<(x + (try #require(Int(match.output.3)))) { drawn[y][column] = true }
        }
        #expect(drawn == code.modules)
    }

    @Test func `what does not fit is none`() {
        #expect(QRCode("") == nil)
        #expect(QRCode("a\0b") == nil)
        #expect(QRCode(String(repeating: "x", count: 5000)) == nil)
        #expect(QRCode(String(repeating: "ä", count: 500)) != nil)
    }
}
