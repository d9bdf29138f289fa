public import AuthClient
import Foundation
import Glibc
public import Model
import SwiftProtobuf
public import Wire
import WireMessages

/// A minute as the administrator of the instance, for whoever runs the machine: over the socket in the data folder, of
/// which the kernel says that the same user is at both ends.
public struct OperatorSession: Sendable {
    public let auth: AuthClient
    /// Goes along with every call.
    public let context: CallContext
    /// How people reach the server, without a slash at the end.
    public let baseURL: String

    /// `purpose` stands in the audit log. Throws `.unavailable`, saying where was looked, when nothing runs there.
    public static func open(_ settings: Settings, purpose: String) async throws(Failure) -> OperatorSession {
        let home = settings.home
        try checkReach(home)
        let rpc = RPCClient(
            service: "auth", as: "operator", addresses: [.unix(home.socket("auth"))], logger: settings.logger("admin"))
        let auth = AuthClient(rpc: rpc)
        let wait = CallContext(deadline: .seconds(10), trace: "admin")
        let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
        let request = OperatorAccessRequest.with { $0.purpose = "\(user): \(purpose)" }
        let answer = try await auth.operatorAccess(request, wait)
        return OperatorSession(
            auth: auth, context: CallContext(access: Array(answer.access), deadline: .seconds(60), trace: "admin"),
            baseURL: answer.baseURL)
    }

    public func close() async {
        await auth.rpc.close()
    }

    /// Says at once what would otherwise be a connection that never comes.
    private static func checkReach(_ home: Home) throws(Failure) {
        let socket = home.socket("auth")
        var found = stat()
        guard stat(home.path, &found) == 0 else {
            throw Failure(
                .unavailable, "There is no data folder \(home.path). Name another with --home or HALLEY_HOME.")
        }
        guard found.st_uid == geteuid() else {
            let owner = getpwuid(found.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "uid \(found.st_uid)"
            throw Failure(
                .forbidden, "The data folder \(home.path) belongs to \(owner): run this as that user.")
        }
        guard Probe.isListening(at: .unix(socket)) else {
            throw Failure(
                .unavailable,
                """
                Nothing runs on the data folder \(home.path): no service answers at \(socket). \
                Start it with `halley up`, or name another folder with --home or HALLEY_HOME.
                """)
        }
    }
}
