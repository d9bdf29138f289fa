import HotJSON
import Testing

@Suite struct JSONFieldsTests {
    private func fields(_ text: String) throws -> JSONFields { try JSONFields(try JSONParser.parse(text)) }

    @Test func `values are read by type, as loosely as clients write them`() throws {
        let fields = try fields(
            #"{"s":"x","i":7,"f":7.0,"t":"8","b":true,"p":"True","n":null,"d":1.5,"l":["a",1],"o":[{"x":1}]}"#)
        #expect(try fields.string("s") == "x")
        #expect(try fields.integer("i") == 7)
        #expect(try fields.integer("f") == 7)
        #expect(try fields.integer("t") == 8)
        #expect(try fields.integer("d") == 1)
        #expect(try fields.bool("b"))
        #expect(try fields.bool("p"))
        #expect(try fields.stringIfAny("n") == nil)
        #expect(try fields.doubleIfAny("d") == 1.5)
        #expect(try fields.strings("l") == ["a", "1"])
        #expect(try fields.objects("o").first?.integer("x") == 1)
        #expect(try fields.bool("absent") == false)
        #expect(try fields.text("i") == "7")
    }

    @Test func `a wrong type names its field by the whole path`() throws {
        let fields = try fields(#"{"outputLines":[{"offset":1},{"offset":{}}],"s":[1],"v":"x"}"#)
        let lines = try fields.objects("outputLines")
        #expect(try lines[0].integer("offset") == 1)
        let error = #expect(throws: JSONError.self) { try lines[1].integer("offset") }
        #expect(error?.message == "The field outputLines[1].offset must be an integer, not an object.")
        #expect(throws: JSONError(.wrongType, "The field s must be text, not a list.")) { try fields.stringIfAny("s") }
        #expect(throws: JSONError(.missing, "The field k is missing or empty.")) { try fields.string("k") }
        #expect(throws: JSONError(.wrongType, "The field v must be a number, not text.")) {
            try fields.doubleIfAny("v")
        }
    }

    @Test func `a body that is no object says so`() {
        let error = #expect(throws: JSONError.self) { try fields("[1]") }
        #expect(error?.message == "The body must be an object, not a list.")
    }
}
