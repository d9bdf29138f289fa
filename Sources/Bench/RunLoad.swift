/// Runs with 20 parameters and 10 tags each: three requests, as the client sends them.
struct RunLoad: Load {
    let units = 1
    let target: BenchTarget
    let project: String
    private var runs = 0

    init(target: BenchTarget, project: String) {
        self.target = target
        self.project = project
    }

    mutating func prepare(_ connection: HTTPConnection) throws {
        try transaction(connection)
    }

    mutating func transaction(_ connection: HTTPConnection) throws {
        runs += 1
        let key = BenchTarget.experimentKey()
        let tags = (0..<10).map { "\"value-\(runs)-\($0)\"" }.joined(separator: ",")
        let parameters = (0..<20).map {
            """
            {"parameterName":"param\($0)","parameterValue":"\(runs * 31 + $0)","step":null,"source":"manual",\
            "context":null,"timestamp":1700000000000}
            """
        }.joined(separator: ",")
        let requests = [
            target.start(key, project: project),
            target.post(
                "/clientlib/tags/add-tags-to-experiment",
                json: "{\"apiKey\":\"\(target.key)\",\"experimentKey\":\"\(key)\",\"addedTags\":[\(tags)]}"),
            target.post(
                "/clientlib/batch/logger/experiment/parameter",
                json: "{\"experimentKey\":\"\(key)\",\"values\":[\(parameters)]}"),
        ]
        for request in requests {
            try request.withUnsafeBytes(connection.send)
            try connection.receive()
        }
    }
}
