import Testing

@testable import Model

@Suite struct NameTests {
    private func reason(_ name: String, spaces: Bool = true) -> String? {
        do throws(Failure) {
            try Name.check(name, "name", spaces: spaces)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(arguments: ["a", "general", "My first project", "x.y_z-1", "résumé", "実験", "a b", ".hidden", "100%"])
    func `ordinary names are taken`(_ name: String) {
        #expect(reason(name) == nil)
    }

    @Test(arguments: ["a/b", "a\\b", " a", "a ", ".", "..", "a\nb", "a\0b", "a\u{202e}b", "a\u{200b}b", "a\u{7f}b"])
    func `names that could mislead are not`(_ name: String) {
        #expect(reason(name) == "name_invalid")
    }

    @Test func `a name has between one and a hundred characters`() {
        #expect(reason("") == "name_empty")
        #expect(reason(String(repeating: "ä", count: 100)) == nil)
        #expect(reason(String(repeating: "a", count: 101)) == "name_too_long")
    }

    @Test func `spaces can be ruled out`() {
        #expect(reason("a b", spaces: false) == "name_invalid")
    }
}
