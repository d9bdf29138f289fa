import Foundation

extension DirectoryQuestion {
    /// So many people are asked about in one search.
    public static let peopleAtOnce = 50

    /// Those of `subjects`, values of `attribute`, for whom there is no entry that people are found by: gone, or no
    /// longer what the filter asks for. Somebody whom the filter finds is asked about with them: throws `.notAnswered`
    /// when there is nobody, or they are not found by `attribute`, which not everybody may search by who may read it.
    /// Then it is not people who have gone, but what this instance may see.
    func absent(_ subjects: [String], by attribute: String, until: Date) throws(DirectoryError) -> [String] {
        guard DirectoryFilter.escaped(attribute) == attribute, subjects.count <= Self.peopleAtOnce else {
            throw .malformed("subject_claim")
        }
        let session = try admitted(until)
        let people = settings.userFilter.replacing("{name}", with: "*")
        let anybody = try session.search(settings.baseDN, people, [attribute], limit: 1)
        guard let witness = anybody.entries.first?.values(attribute).first else { throw .notAnswered }
        let wanted = (subjects + [witness]).map { "(\(attribute)=\(DirectoryFilter.escaped($0, of: attribute)))" }
            .joined()
        let found = try session.search(
            settings.baseDN, "(&\(people)(|\(wanted)))", [attribute], limit: Int32(2 * Self.peopleAtOnce))
        let here = Set(found.entries.flatMap { $0.values(attribute) }.map { $0.lowercased() })
        guard !found.hasMore, here.contains(witness.lowercased()) else { throw .notAnswered }
        return subjects.filter { !here.contains($0.lowercased()) }
    }
}
