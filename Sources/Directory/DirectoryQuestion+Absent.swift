import Foundation

extension DirectoryQuestion {
    /// So many people are asked about in one search.
    public static let peopleAtOnce = 50

    /// Those of `subjects`, values of `attribute`, for whom there is no entry that people are found by: gone, or no
    /// longer what the filter asks for. Throws `.notAnswered` when nobody at all is found: then it is not they who have
    /// gone, but what this instance may see.
    func absent(_ subjects: [String], by attribute: String, until: Date) throws(DirectoryError) -> [String] {
        guard DirectoryFilter.escaped(attribute) == attribute, subjects.count <= Self.peopleAtOnce else {
            throw .malformed("subject_claim")
        }
        let session = try admitted(until)
        let people = settings.userFilter.replacing("{name}", with: "*")
        let anybody = try session.search(settings.baseDN, people, Self.nothing, limit: 1)
        guard anybody.hasMore || !anybody.entries.isEmpty else { throw .notAnswered }
        let wanted = subjects.map { "(\(attribute)=\(DirectoryFilter.escaped($0, of: attribute)))" }.joined()
        let found = try session.search(
            settings.baseDN, "(&\(people)(|\(wanted)))", [attribute], limit: Int32(2 * Self.peopleAtOnce))
        guard !found.hasMore else { throw .notAnswered }
        let here = Set(found.entries.flatMap { $0.values(attribute) }.map { $0.lowercased() })
        return subjects.filter { !here.contains($0.lowercased()) }
    }
}
