/// The body of a request that logs parameters.
public struct ParameterBatch: Sendable, Equatable {
    /// Parameters of one `ParameterColumns`.
    static let countMax = 10_000

    public internal(set) var experimentKey: String?
    /// The key of an account that stands in the body.
    public internal(set) var apiKey: String?
    /// More than one where there are many, or their texts are longer than was asked for.
    public internal(set) var columns: [ParameterColumns] = []

    /// - Parameters:
    ///   - nowMs: The time of those that have none.
    ///   - bytesMax: Texts of one `ParameterColumns`, but for the last value in it.
    /// - Throws: `JSONError` that names the item and the field that is wrong.
    public init(json: UnsafeRawBufferPointer, nowMs: Int64, bytesMax: Int) throws(JSONError) {
        if let batch = ParameterScanner.batch(json, nowMs: nowMs, bytesMax: bytesMax) {
            self = batch
        } else {
            let document = json.isEmpty ? .object(JSONObject()) : try JSONParser.parse(json)
            try self.init(JSONFields(document), nowMs, bytesMax)
        }
    }

    init() {}

    /// The slow way, for what the scanner leaves alone, and to say what is wrong.
    init(_ body: JSONFields, _ nowMs: Int64, _ bytesMax: Int) throws(JSONError) {
        experimentKey = try body.stringIfAny("experimentKey")
        let (key, otherKey) = (try body.stringIfAny("apiKey"), try body.stringIfAny("api_key"))
        apiKey = key ?? otherKey
        for item in try body.objects("values") {
            let name = try item.string("parameterName")
            let time = try item.integerIfAny("timestamp") ?? nowMs
            let (step, source) = (try item.doubleIfAny("step"), try item.stringIfAny("source") ?? "")
            let context = try item.stringIfAny("context") ?? ""
            let value = item.object["parameterValue"] ?? .null
            add(bytesMax) { columns in
                columns.append(
                    name: name, shown: value.displayed, sent: value.jsonText, time: time, step: step, source: source,
                    context: context)
            }
        }
    }

    mutating func add(_ bytesMax: Int, _ append: (inout ParameterColumns) -> Void) {
        let isFull = columns.last.map { $0.texts.count > bytesMax || $0.count >= Self.countMax } ?? true
        if isFull { columns.append(ParameterColumns()) }
        append(&columns[columns.count - 1])
    }
}
