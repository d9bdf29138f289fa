import CQRCode

/// A text as the square that a phone's camera reads (ISO/IEC 18004), by Debian's libqrencode.
public struct QRCode: Sendable {
    /// Row by row; `true` is dark.
    public let modules: [[Bool]]

    /// `nil` for a text that no such square can hold, or an empty one.
    public init?(_ text: String) {
        guard !text.isEmpty, !text.utf8.contains(0), text.utf8.count <= 2000,
            let code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1)
        else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard width > 0, let data = code.pointee.data else { return nil }
        // The lowest bit of a byte tells dark from light; the others say what the module is for.
        modules = (0..<width).map { row in (0..<width).map { data[row * width + $0] & 1 == 1 } }
    }

    /// Black on white whatever the page's colours, since cameras expect it so, with the quiet zone of four modules
    /// around it that the standard asks for.
    public var svg: String {
        let size = modules.count + 8
        var path = ""
        for (y, row) in modules.enumerated() {
            var x = 0
            while x < row.count {
                let run = row[x...].prefix { $0 }.count
                if run > 0 { path += "M\(x + 4) \(y + 4)h\(run)v1h-\(run)z" }
                x += max(run, 1)
            }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size) \(size)" shape-rendering="crispEdges">\
            <path fill="#fff" d="M0 0h\(size)v\(size)h-\(size)z"/><path d="\(path)"/></svg>
            """
    }
}
