import Model
import NIOCore
import WireMessages

extension Hello {
    static func bytes(service: String) throws(Failure) -> ByteBuffer {
        var hello = Hello()
        hello.versionMin = Version.spoken.lowerBound
        hello.versionMax = Version.spoken.upperBound
        hello.service = service
        return try MessageBytes.encode(hello)
    }

    /// Throws `.invalid` when it is no hello, or no version is spoken by both.
    static func agree(_ bytes: ByteBuffer) throws(Failure) -> Hello {
        let hello: Hello = try MessageBytes.decode(bytes, orThrow: .invalid)
        guard Version.agreed(theirMin: hello.versionMin, theirMax: hello.versionMax) != nil else {
            throw Failure(
                .invalid,
                "No common protocol version: \(hello.versionMin) to \(hello.versionMax) against \(Version.spoken).")
        }
        return hello
    }
}
