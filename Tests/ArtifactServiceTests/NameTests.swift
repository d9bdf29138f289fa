import Foundation
import Model
import Testing

@testable import ArtifactService
@testable import struct ArtifactService.Asset

@Suite struct NameTests {
    @Test(arguments: [
        "", "/", "/etc/passwd", "//proc/self/root", "..", "../x", "a/../../x", "a/..", "\\..\\x", "a\\..\\b",
        "\\\\server\\share\\x", "C:\\x", "c:x", "C:/x", ".", "./", "a\u{0}b", "a\nb", "a\u{1b}[2Jb",
        "a\u{202e}gpj.exe", "a\u{2066}b", "a\u{200f}b", "a\u{2028}b", "\u{feff}a", "a/\u{2025}/b", "\u{ff0e}\u{ff0e}/x",
        "a\u{ff0f}..\u{ff0f}b", "\u{ff0f}etc", "a\u{7f}b", "a\u{85}b", "\u{2024}\u{2024}/x", "..\u{ff3c}x",
    ])
    func `a name that climbs, hides or is none is refused, and the field is named`(name: String) {
        do throws(Failure) {
            let checked = try FileName.check(name)
            Issue.record("\(name.debugDescription) became \(checked.debugDescription)")
        } catch {
            #expect(error.code == .invalid && error.message.contains("fileName"))
        }
    }

    @Test(arguments: [
        ("a", "a"), ("folder/sub/file.txt", "folder/sub/file.txt"), ("folder\\sub\\file.txt", "folder/sub/file.txt"),
        ("a//b/./c/", "a/b/c"), ("./x", "x"), ("..x", "..x"), ("x..", "x.."), ("...", "..."),
        ("e\u{301}.txt", "\u{e9}.txt"),
        ("..%2f..%2fetc", "..%2f..%2fetc"), ("a;b#c?d", "a;b#c?d"), ("%c0%ae%c0%ae", "%c0%ae%c0%ae"),
        ("file:x", "file:x"), ("\u{1F469}\u{200D}\u{1F4BB}.png", "\u{1F469}\u{200D}\u{1F4BB}.png"), ("a b", "a b"),
        ("~$draft.docx", "~$draft.docx"),
    ])
    func `any other name is kept, in one form`(name: String, kept: String) throws {
        let checked = try FileName.check(name)
        #expect(Array(checked.utf8) == Array(kept.utf8))
    }

    @Test func `a name has at most 1024 bytes`() throws {
        #expect(try FileName.check(String(repeating: "x", count: 1024)).utf8.count == 1024)
        #expect(throws: Failure.self) { try FileName.check(String(repeating: "x", count: 1025)) }
        #expect(throws: Failure.self) { try FileName.check(String(repeating: "\u{e9}", count: 513)) }
    }

    @Test func `a text sample gets a name, the same at its retry`() throws {
        var fields = Asset.Draft.Fields()
        (fields.id, fields.type, fields.fileName) = ("abc", "text-sample", "auto-generated-in-the-backend")
        #expect(try Asset.Draft(fields).fileName == "text-sample-abc.txt")
    }

    @Test(
        arguments: [
            ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "x", "image/png"),
            ([0xff, 0xd8, 0xff, 0xe0], "", "image/jpeg"),
            (Array("GIF89a...".utf8), "x.gif", "image/gif"), (Array("RIFF....WEBP".utf8), "", "image/webp"),
            (Array("RIFF....WAVE".utf8), "", "audio/wav"), (Array("%PDF-1.7".utf8), "x.pdf", "application/pdf"),
            (Array("....ftypisom".utf8), "x.mp4", "video/mp4"), (Array("{}".utf8), "x.json", "application/json"),
            (Array("hello".utf8), "x.txt", "text/plain"), (Array("<svg/>".utf8), "x.svg", "image/svg+xml"),
            (Array("<script>".utf8), "x.svg", "application/octet-stream"),
            (Array("<html>".utf8), "x.html", "application/octet-stream"),
            (Array("hello".utf8), "x", "application/octet-stream"), ([0, 1, 2], "x.txt", "application/octet-stream"),
            ([0x80, 0x02, 0x7d], "x.json", "application/octet-stream"),
            (Array("GIF".utf8), "x.gif", "application/octet-stream"),
        ] as [([UInt8], String, String)])
    func `a type is on the short list or none`(head: [UInt8], name: String, type: String) {
        #expect(ContentType.sniff(head, extension: "", fileName: name, type: "asset") == type)
    }

    @Test func `fields have limits`() {
        for change in [
            { $0.id = String(repeating: "x", count: 129) }, { $0.type = "a\u{202e}" }, { $0.metadata = "a\u{0}" },
            { $0.metadata = String(repeating: "x", count: 600_000) },
            { $0.context = String(repeating: "x", count: 300) },
        ] as [(inout Asset.Draft.Fields) -> Void] {
            var fields = Asset.Draft.Fields()
            change(&fields)
            #expect(throws: Failure.self) { try Asset.Draft(fields) }
        }
    }
}
