/// A file of 64 MiB, up as a multipart form or down, in pieces that fit the processor's cache.
struct FileLoad: Load {
    /// Megabytes (10^6 bytes) of one transaction.
    let units = FileLoad.pieces * FileLoad.pieceBytes / 1_000_000
    private static let pieceBytes = 256 << 10
    private static let pieces = 256
    private static let boundary = "halley-bench-0d1f"

    private let target: BenchTarget
    private let project: String
    private let isUpload: Bool
    private let experiment = BenchTarget.experimentKey()
    private var piece = (0..<pieceBytes).map { _ in UInt8.random(in: 0...255) }
    private var files = 0

    init(_ target: BenchTarget, project: String, isUpload: Bool) {
        self.target = target
        self.project = project
        self.isUpload = isUpload
    }

    mutating func prepare(_ connection: HTTPConnection) throws {
        try target.start(experiment, project: project).withUnsafeBytes(connection.send)
        try connection.receive()
        if !isUpload { try upload(connection) }
    }

    mutating func transaction(_ connection: HTTPConnection) throws {
        guard !isUpload else { return try upload(connection) }
        let path = "/api/rest/v2/experiment/asset/get-asset?experimentKey=\(experiment)&assetId=\(assetID(1))"
        try target.get(path).withUnsafeBytes(connection.send)
        var bytes = 0
        try connection.receive { bytes += $0.count }
        guard bytes == FileLoad.pieces * FileLoad.pieceBytes else {
            throw HTTPConnection.Broken(description: "The file came back with \(bytes) bytes.")
        }
    }

    /// Every file differs, since equal ones are kept once.
    private mutating func upload(_ connection: HTTPConnection) throws {
        files += 1
        for place in 0..<8 { piece[place] = UInt8.random(in: 0...255) }
        let query = "experimentId=\(experiment)&assetId=\(assetID(files))&fileName=file-\(files).bin&type=asset"
        let path = "/clientlib/asset/upload?\(query)"
        let opening =
            "--\(FileLoad.boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\r\n"
        let closing = "\r\n--\(FileLoad.boundary)--\r\n"
        let head = target.head(
            "POST", path, type: "multipart/form-data; boundary=\(FileLoad.boundary)",
            length: opening.utf8.count + FileLoad.pieces * FileLoad.pieceBytes + closing.utf8.count)
        try Array((head + opening).utf8).withUnsafeBytes(connection.send)
        for _ in 0..<FileLoad.pieces { try piece.withUnsafeBytes(connection.send) }
        try Array(closing.utf8).withUnsafeBytes(connection.send)
        try connection.receive()
    }

    private func assetID(_ file: Int) -> String {
        String(repeating: "0", count: 32 - String(file).count) + String(file)
    }
}
