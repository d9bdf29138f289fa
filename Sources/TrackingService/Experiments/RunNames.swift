/// Names for experiments that were not given one: `silent_comet_4821`. Not unique; the key is.
enum RunNames {
    static func invent() -> String {
        var generator = SystemRandomNumberGenerator()
        return invent(using: &generator)
    }

    static func invent(using generator: inout some RandomNumberGenerator) -> String {
        let adjective = adjectives.randomElement(using: &generator) ?? "new"
        let noun = nouns.randomElement(using: &generator) ?? "run"
        return "\(adjective)_\(noun)_\(Int.random(in: 1000...9999, using: &generator))"
    }

    static let adjectives = [
        "amber", "ancient", "bold", "brave", "bright", "bronze", "calm", "clear", "clever", "copper", "crimson",
        "curious",
        "deep", "distant", "eager", "early", "elder", "fair", "faint", "fast", "fearless", "fleet", "frosty", "gentle",
        "gilded", "glad", "golden", "grand", "green", "hidden", "humble", "idle", "indigo", "ivory", "jolly", "keen",
        "kind", "late", "lively", "lone", "loyal", "lucid", "lunar", "mellow", "merry", "mild", "misty", "modest",
        "narrow", "nimble", "noble", "northern", "olive", "patient", "plain", "polar", "proud", "quick", "quiet",
        "rapid",
        "rising", "rosy", "rustic", "scarlet", "secret", "serene", "sharp", "silent", "silver", "sleepy", "slow",
        "solar",
        "solid", "southern", "steady", "still", "stout", "subtle", "sunny", "swift", "tender", "tidy", "tiny",
        "tranquil",
        "true", "upright", "vast", "velvet", "violet", "warm", "western", "wild", "winding", "wise", "witty", "young",
    ]

    static let nouns = [
        "acorn", "anchor", "arrow", "aurora", "badger", "beacon", "birch", "bridge", "brook", "candle", "canyon",
        "cedar",
        "chord", "cloud", "comet", "compass", "coral", "crane", "creek", "crow", "dawn", "delta", "dune", "eclipse",
        "ember", "falcon", "fern", "field", "finch", "fjord", "forest", "fox", "garden", "glacier", "grove", "harbor",
        "hare", "harvest", "hawk", "heron", "hill", "horizon", "island", "ivy", "juniper", "kernel", "kite", "lagoon",
        "lake", "lantern", "lark", "leaf", "lynx", "maple", "marsh", "meadow", "meteor", "mill", "moon", "moss",
        "nebula", "oak", "ocean", "orbit", "orchid", "otter", "owl", "path", "pebble", "pine", "planet", "pond",
        "prairie", "quarry", "raven", "reed", "reef", "ridge", "river", "robin", "shore", "sparrow", "spruce", "star",
        "stone", "storm", "stream", "summit", "thistle", "tide", "trail", "valley", "wave", "willow", "wind", "wren",
    ]
}
