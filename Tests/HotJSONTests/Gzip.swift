import CZlib
import Testing

/// What the clients do before they send.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    #expect(
        deflateInit2_(
            &stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            == Z_OK)
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 32)
    var input = bytes
    let count = output.count
    input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
            (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(count))
            #expect(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
    }
    output.removeLast(Int(stream.avail_out))
    return output
}
