import Foundation
import Model

/// Where Debian has put PostgreSQL's programs.
struct PostgresPrograms: Sendable, Equatable {
    let folder: String
    let major: Int

    func path(_ program: String) -> String { folder + "/" + program }

    /// Those of the version that made the cluster, if there is one; else the newest.
    /// Throws `.unavailable`, saying what to install.
    static func find(for cluster: String, in root: String = "/usr/lib/postgresql") throws(Failure)
        -> PostgresPrograms
    {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let installed = folders.compactMap(Int.init).filter {
            FileManager.default.isExecutableFile(atPath: "\(root)/\($0)/bin/postgres")
        }.sorted()
        if let text = try? String(contentsOfFile: cluster + "/PG_VERSION", encoding: .utf8) {
            let major = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            guard installed.contains(major) else {
                throw Failure(
                    .unavailable, "\(cluster) was made by PostgreSQL \(major), which is not installed.")
            }
            return PostgresPrograms(folder: "\(root)/\(major)/bin", major: major)
        }
        guard let newest = installed.last else {
            throw Failure(
                .unavailable,
                "PostgreSQL is not installed. Do: apt install postgresql-15, or set HALLEY_DATABASE_URL.")
        }
        return PostgresPrograms(folder: "\(root)/\(newest)/bin", major: newest)
    }
}
