import HTTPTypes

extension HTTPFields {
    /// As the subscript, which joins the values of all fields of a name, even of the one that there nearly always is.
    func value(_ name: HTTPField.Name) -> String? {
        guard contains(name) else { return nil }
        var found: String?
        for field in self where field.name == name {
            guard found == nil else { return self[name] }
            found = field.value
        }
        return found
    }
}
