import Foundation
import Testing

@testable import Model

@Suite struct IDTests {
    @Test func `text and bytes come back as the same id`() throws {
        for _ in 0..<100 {
            let id = ID<Experiment>.fresh()
            #expect(ID(id.text) == id && ID(id.text.uppercased()) == id)
            #expect(ID(bytes: id.bytes) == id)
            #expect(id.text.count == 36 && id.text == id.text.lowercased() && "\(id)" == id.text)
        }
    }

    @Test(arguments: ["", "x", "00000000-0000-0000-0000-00000000000", "00000000_0000_0000_0000_000000000000"])
    func `what is no id is none`(_ text: String) {
        #expect(ID<Project>(text) == nil)
    }

    @Test func `only sixteen bytes are an id`() {
        for count in [0, 1, 15, 17, 32] { #expect(ID<Project>(bytes: [UInt8](repeating: 1, count: count)) == nil) }
    }

    @Test func `version 7 carries its time, its version and its variant`() {
        let moment = Date(timeIntervalSince1970: 1_645_557_742)
        let bytes = UUID.version7(now: moment).byteArray
        // The example of RFC 9562, appendix A.6, begins with these.
        #expect(bytes[..<6].elementsEqual([0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0]))
        #expect(bytes[6] >> 4 == 7 && bytes[8] >> 6 == 0b10)
    }

    @Test func `ids made later sort later, and none comes twice`() {
        let early = (0..<1000).map { _ in UUID.version7(now: Date(timeIntervalSince1970: 1_000_000)) }
        let late = UUID.version7(now: Date(timeIntervalSince1970: 1_000_000.001))
        #expect(Set(early).count == 1000)
        #expect(early.allSatisfy { $0.uuidString < late.uuidString })
    }
}
