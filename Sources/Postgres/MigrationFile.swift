internal import Foundation

/// One file of the folder.
struct MigrationFile: Sendable {
    let number: Int
    let name: String
    let text: [UInt8]

    private static let suffix = ".sql"

    /// In the order of their numbers. Other files than `*.sql` are left alone.
    static func all(in directory: URL) throws(MigrationError) -> [MigrationFile] {
        var files: [MigrationFile] = []
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) where name.hasSuffix(suffix)
            {
                guard let number = number(of: name) else { throw MigrationError.folder(name) }
                let text = try Data(contentsOf: directory.appendingPathComponent(name))
                files.append(MigrationFile(number: number, name: name, text: Array(text)))
            }
        } catch let error as MigrationError {
            throw error
        } catch {
            throw .folder("\(directory.path): \(error)")
        }
        files.sort { ($0.number, $0.name) < ($1.number, $1.name) }
        for (one, other) in zip(files, files.dropFirst()) where one.number == other.number {
            throw .twin(one.number)
        }
        return files
    }

    /// `0012_adds_tags.sql` is 12.
    private static func number(of name: String) -> Int? {
        let stem = name.dropLast(suffix.count)
        let digits = stem.prefix(4)
        guard digits.utf8.count == 4, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            stem.dropFirst(4).first == "_", stem.utf8.count > 5
        else { return nil }
        return Int(digits)
    }
}
