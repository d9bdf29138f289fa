import Foundation
import Testing

@Suite struct FileTests {
    @Test func `the top level is what it is`() throws {
        let known: Set<String> = [
            "Package.swift", "Sources", "Tests", "Migrations", "Deploy", "Proto", "Docs", "README.md",
            "Package.resolved",
        ]
        let names = try FileManager.default.contentsOfDirectory(atPath: House.root.path())
        for name in names where !name.hasPrefix(".") {
            #expect(known.contains(name), "\(name) has no place at the top level")
        }
    }

    @Test func `migrations are numbered without gap or twin`() throws {
        let names = try House.files(under: "Migrations", endings: ["sql"]).map(\.name)
        let numbers = names.map { Int($0.prefix(4)) ?? -1 }
        #expect(numbers == Array(1...max(1, numbers.count)), "\(names)")
    }

    @Test func `no source file is empty`() throws {
        for file in try House.swift() {
            let code = file.lines.filter { line in
                let text = line.trimmingCharacters(in: .whitespaces)
                return !text.isEmpty && !text.hasPrefix("//") && !text.hasPrefix("import ")
            }
            #expect(!code.isEmpty, "\(file.path) holds nothing")
        }
    }

    @Test func `every page of the docs is reachable from the README`() throws {
        let pages = try House.files(under: "Docs", endings: ["md", "yaml"])
        let readme = try String(contentsOf: House.root.appending(path: "README.md"), encoding: .utf8)
        let text = readme + pages.flatMap(\.lines).joined(separator: "\n")
        for page in pages where page.name != "README.md" {
            #expect(text.contains(page.name), "nothing links to \(page.path)")
        }
    }

    @Test func `every template is rendered by somebody`() throws {
        let sources = try House.files(under: "Sources", endings: ["swift", "mustache"])
        let text = sources.flatMap(\.lines).joined(separator: "\n")
        for template in try House.files(under: "Sources/WebUI/templates", endings: ["mustache"]) {
            let name = template.name.dropLast(".mustache".count)
            let uses = ["\"\(name)\"", "{{>\(name)}}", "{{> \(name)}}", "{{<\(name)}}"]
            #expect(uses.contains { text.contains($0) }, "\(template.path) is dead")
        }
    }
}
