import Sealing
import Testing

@Suite struct SealedTests {
    @Test func `what is sealed opens in its place, and nowhere else`() throws {
        let key = try SealingKey(id: 7, .random())
        for text in ["", "x", "a seed of twenty byte", String(repeating: "long ", count: 1000)] {
            let sealed = try Sealed.seal(Secret(text), with: key, place: "table/row 1/column")
            #expect(sealed.count == text.utf8.count + Sealed.overheadBytes)
            #expect(try Sealed.open(sealed, with: [key], place: "table/row 1/column") == Secret(text))
            #expect(throws: SealingError.cannotOpen) {
                try Sealed.open(sealed, with: [key], place: "table/row 2/column")
            }
        }
    }

    @Test func `a flipped bit or a cut byte does not open`() throws {
        let key = try SealingKey(id: 7, .random())
        let sealed = try Sealed.seal(Secret("a secret"), with: key, place: "p")
        for bit in 0..<sealed.count * 8 {
            var wrong = sealed
            wrong[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SealingError.self) { try Sealed.open(wrong, with: [key], place: "p") }
        }
        for count in 0..<sealed.count {
            #expect(throws: SealingError.self) { try Sealed.open(Array(sealed.prefix(count)), with: [key], place: "p") }
        }
    }

    @Test func `an old key opens beside the new one, until it is taken out`() throws {
        let (old, new) = (try SealingKey(id: 1, .random()), try SealingKey(id: 2, .random()))
        let sealed = try Sealed.seal(Secret("a secret"), with: old, place: "p")
        #expect(try Sealed.open(sealed, with: [new, old], place: "p") == Secret("a secret"))
        #expect(throws: SealingError.unknownKey(1)) { try Sealed.open(sealed, with: [new], place: "p") }
        let impostor = try SealingKey(id: 1, .random())
        #expect(throws: SealingError.cannotOpen) { try Sealed.open(sealed, with: [impostor], place: "p") }
    }

    @Test func `the same secret is never sealed the same`() throws {
        let key = try SealingKey(id: 1, .random())
        let all = try (0..<1000).map { _ in try Sealed.seal(Secret("same"), with: key, place: "p") }
        #expect(Set(all).count == 1000)
    }
}
