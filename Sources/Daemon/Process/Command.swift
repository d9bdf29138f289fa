import CLinux
import Glibc

/// A program to start, and how.
struct Command: Sendable {
    var path: String
    var arguments: [String]
    var environment: [String: String]
    /// A file whose contents the program reads as standard input.
    var inputPath: String?
    /// A file to which output and errors are appended; `nil`: where ours go.
    var outputPath: String?
    /// At most two folders that the program finds open, at `Command.keptPaths`. By these it gets into folders
    /// whose parents its user may not pass through.
    var keptFolders: [String] = []
    var user: SystemUser?
    /// What the kernel sends the program when we die, even by SIGKILL.
    var deathSignal: Int32
    /// What asks it to stop.
    var stopSignal: Int32

    init(
        path: String, arguments: [String], environment: [String: String], inputPath: String? = nil,
        outputPath: String? = nil, user: SystemUser? = nil, deathSignal: Int32 = SIGKILL, stopSignal: Int32 = SIGTERM
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.inputPath = inputPath
        self.outputPath = outputPath
        self.user = user
        self.deathSignal = deathSignal
        self.stopSignal = stopSignal
    }
}

extension Command {
    static let keptPaths = ["/proc/self/fd/\(CL_KEPT_FIRST)", "/proc/self/fd/\(CL_KEPT_FIRST + 1)"]
}

/// A user of the operating system.
struct SystemUser: Sendable, Equatable {
    let name: String
    let uid: uid_t
    let gid: gid_t

    /// `nil` when there is none of that name.
    init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.name = name
        self.uid = entry.pointee.pw_uid
        self.gid = entry.pointee.pw_gid
    }
}
