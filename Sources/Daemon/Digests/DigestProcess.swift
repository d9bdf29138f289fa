import CLinux
import Foundation
import Glibc
import Sealing

/// A process of our own that digests passwords, one after the other, and has only what processor time others leave:
/// a scheduler that groups by sessions or control groups sees what is wanted of a process, and not of a thread.
///
/// To be used by one thread at a time. It ends with the thread that started it, and when its input is closed.
final class DigestProcess: Sendable {
    static let subcommand = "digest-passwords"

    let pid: Int32
    /// Our end of a pair of sockets; the other one is its standard input.
    private let socket: Int32

    /// `nil` when it does not start.
    init?(program: String) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
        socket = ends[0]
        pid = Self.spawn(program, input: ends[1])
        close(ends[1])
        guard pid > 0 else {
            close(socket)
            return nil
        }
    }

    deinit {
        guard pid > 0 else { return }
        close(socket)
        kill(pid, SIGKILL)
        _ = cl_reap(pid)
    }

    /// `nil` when the process has gone.
    func answer(to order: DigestOrder) -> Result<[UInt8], SealingError>? {
        guard Frames.write(order.bytes, to: socket), let answer = Frames.read(from: socket) else { return nil }
        return DigestAnswer.read(answer)
    }

    private static func spawn(_ program: String, input: Int32) -> Int32 {
        CStrings.with([program, subcommand]) { argv in
            CStrings.with([]) { envp in
                program.withCString { path in
                    var request = cl_command(
                        path: path, argv: argv, envp: envp, input: input, output: -1, kept: (-1, -1), uid: -1, gid: -1,
                        death_signal: SIGKILL, own_session: 1)
                    return cl_spawn(&request)
                }
            }
        }
    }
}

/// What comes back: a digest, or libargon2's code for why there is none.
enum DigestAnswer {
    static func bytes(of result: Result<[UInt8], SealingError>) -> [UInt8] {
        switch result {
        case .success(let digest): return [0] + digest
        case .failure(.library(let code)): return [1] + withUnsafeBytes(of: code.bigEndian) { Array($0) }
        case .failure: return [1, 0, 0, 0, 0]
        }
    }

    static func read(_ bytes: [UInt8]) -> Result<[UInt8], SealingError>? {
        guard let mark = bytes.first else { return nil }
        guard mark == 1 else { return .success(Array(bytes.dropFirst())) }
        let code = bytes.dropFirst().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return .failure(.library(Int32(bitPattern: code)))
    }
}
