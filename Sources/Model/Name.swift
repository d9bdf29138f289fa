/// The name of an account, workspace or project, as people write it and as it stands in addresses.
public enum Name {
    /// Letters, digits, `.`, `_`, `-` and, within, spaces; the first is a letter or digit.
    /// Throws `.invalid`, naming the rule and the field that is broken.
    public static func check(
        _ name: String, _ what: StaticString, lengthMax: Int = 100, spaces: Bool = true
    ) throws(Failure) {
        guard !name.isEmpty else { throw Failure(.invalid, "The \(what) is empty.", reason: "name_empty") }
        guard name.count <= lengthMax else {
            throw Failure(.invalid, "The \(what) is longer than \(lengthMax) characters.", reason: "name_too_long")
        }
        let broken = name.unicodeScalars.contains { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                || scalar == "/" || scalar == "\\" || (!spaces && scalar == " ")
        }
        guard !broken else {
            throw Failure(.invalid, "The \(what) may not hold slashes or control characters.", reason: "name_invalid")
        }
        guard name.first != " ", name.last != " ", name != ".", name != ".." else {
            throw Failure(
                .invalid, "The \(what) may not begin or end with a space, nor be a dot.", reason: "name_invalid")
        }
    }
}
