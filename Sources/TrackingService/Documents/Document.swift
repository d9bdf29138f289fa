import Model

/// What an experiment has one of.
struct Document: Sendable {
    /// Must fit one message of the wire with room for its head.
    static let contentBytesMax = 4_000_000
    static let tokenBytesMax = 200

    /// `html`, `graph`, `code`, `file_path`, `git_metadata`, `dependencies`, `cloud`, `notes`, and what may come.
    struct Kind: Sendable, Equatable {
        let name: String

        static let filePath = Kind(known: "file_path")
        private static let json: Set<String> = ["git_metadata", "dependencies", "cloud"]

        /// Throws `.invalid` unless it is 1 to 40 small letters and underscores.
        init(_ name: String) throws(Failure) {
            let fits = name.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f }
            guard fits, (1...40).contains(name.utf8.count) else {
                throw Failure(.invalid, "The kind of a document is 1 to 40 small letters and underscores.")
            }
            self.name = name
        }

        private init(known name: String) {
            self.name = name
        }

        /// Held to be JSON, so that searches can look into it.
        var isJSON: Bool { Self.json.contains(name) }
    }

    enum Write: Sendable {
        case replace
        /// Once for each token; an empty one is always added.
        case append(token: String)
    }
}
