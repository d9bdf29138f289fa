import HTTPTypes
import Model
import SwiftProtobuf
import Testing
import WireMessages

@testable import Gateway

@Suite struct QueryTests {
    @Test func `a query is read as requests writes it`() throws {
        let query = try Query("a=1&name=my+file%20%C3%A9%2F.txt&flag=True&none=None&e=&a=2&broken=%zz%4")
        #expect(query["a"] == "2")
        #expect(query["name"] == "my file é/.txt")
        #expect(try query.flag("flag"))
        #expect(try !query.flag("absent"))
        #expect(try query.double("none") == nil)
        #expect(try query.integer("a") == 2)
        #expect(query["broken"] == "%zz%4")
        #expect(query.has("e") && query["e"].isEmpty)
        #expect(throws: Failure.self) { try query.required("e") }
        #expect(throws: Failure.self) { try query.flag("name") }
        #expect(throws: Failure.self) { try query.double("name") }
        #expect(throws: Failure.self) { try Query("x=%00") }
    }
}

@Suite struct ByteRangeTests {
    @Test(arguments: [
        (nil, 0, 100, false), ("bytes=0-9", 0, 10, true), ("bytes=90-", 90, 10, true), ("bytes=-5", 95, 5, true),
        ("bytes=-500", 0, 100, true), ("bytes=50-1000", 50, 50, true), ("bytes=0-0", 0, 1, true),
        ("bytes=0-1,5-6", 0, 100, false), ("items=0-1", 0, 100, false), ("bytes=9-2", 0, 100, false),
        ("bytes=x-", 0, 100, false),
        ("bytes=-", 0, 100, false), ("bytes=+1-2", 0, 100, false),
    ])
    func `a range of a file of 100 bytes`(header: String?, from: Int64, length: Int64, isPart: Bool) throws {
        #expect(try ByteRange.parse(header, size: 100) == ByteRange(from: from, length: length, isPart: isPart))
    }

    @Test(arguments: [
        ("bytes=100-", Int64(100)), ("bytes=100-200", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-1", 0),
    ])
    func `a range behind the end is refused`(header: String, size: Int64) {
        #expect(throws: Failure.self) { try ByteRange.parse(header, size: size) }
    }
}

@Suite struct FileHeadersTests {
    private func asset(_ name: String, _ type: String) -> AssetRecord {
        .with { ($0.asset.fileName, $0.contentType) = (name, type) }
    }

    @Test(arguments: [
        "text/html", "image/svg+xml", "application/pdf", "application/x-ipynb+json", "", "application/javascript",
    ])
    func `what could run is only downloaded`(type: String) {
        let fields = FileHeaders.fields(for: asset("a.html", type))
        #expect(fields[.contentType] == "application/octet-stream")
        #expect(fields[.contentDisposition]?.hasPrefix("attachment;") == true)
        #expect(fields[.xContentTypeOptions] == "nosniff")
        #expect(fields[.contentSecurityPolicy] == "default-src 'none'; sandbox")
    }

    @Test func `a picture is shown`() {
        let fields = FileHeaders.fields(for: asset("a.png", "image/png"))
        #expect(fields[.contentType] == "image/png")
        #expect(fields[.contentDisposition]?.hasPrefix("inline;") == true)
    }

    @Test(arguments: [
        ("dir/übung.txt", #"attachment; filename="__bung.txt"; filename*=UTF-8''%C3%BCbung.txt"#),
        (#"a"b\c.txt"#, #"attachment; filename="c.txt"; filename*=UTF-8''c.txt"#),
        ("x\r\nSet-Cookie: a", #"attachment; filename="xSet-Cookie: a"; filename*=UTF-8''xSet-Cookie%3A%20a"#),
        ("\u{202e}gnp.exe", #"attachment; filename="gnp.exe"; filename*=UTF-8''gnp.exe"#),
        ("..", #"attachment; filename="file"; filename*=UTF-8''file"#),
        ("", #"attachment; filename="file"; filename*=UTF-8''file"#),
    ])
    func `a name cannot leave its header`(name: String, header: String) {
        #expect(FileHeaders.disposition("attachment", name) == header)
    }

    @Test func `entity tags match weakly and in lists`() {
        #expect(FileHeaders.matches(#""a", W/"b""#, #""b""#))
        #expect(FileHeaders.matches("*", #""b""#))
        #expect(!FileHeaders.matches(#""a""#, #""b""#))
    }
}

@Suite struct ResponseClockTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),  // RFC 9110 §5.6.7
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
    ])
    func `a time is spelled as HTTP wants it`(second: Int, text: String) {
        #expect(ResponseClock.spell(second) == text)
    }
}
