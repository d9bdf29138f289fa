import Testing

/// Who may import whom. A module that is not in the table may import nothing but the standard library and Foundation.
@Suite struct ImportTests {
    private static let system: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch",
    ]
    private static let nio: Set<String> = ["NIOCore", "NIOPosix", "NIOSSL", "NIOTLS", "NIOConcurrencyHelpers"]
    private static let clients: Set<String> = ["AuthClient", "WorkspaceClient", "TrackingClient", "ArtifactClient"]
    private static let service: Set<String> = ["Model", "Postgres", "Wire", "WireMessages", "Logging", "SwiftProtobuf"]
    private static let typedClient: Set<String> = ["Model", "Wire", "WireMessages", "SwiftProtobuf"]

    private static let allowed: [String: Set<String>] = [
        "Model": [],
        "Series": ["CZstd"],
        "Sealing": ["Offload", "CCrypto", "CArgon2"],
        "HotJSON": ["CSimdJSON", "CZlib"],
        "QRCode": ["CQRCode"],
        "Offload": [],
        "Egress": ["Offload", "CCurl"],
        "Directory": ["Offload", "CLDAP"],
        "Mail": [],
        "Postgres": ["CLibPQ", "CLinux", "Logging"],
        "Blobs": ["CLinux", "Sealing"],
        "WireMessages": ["SwiftProtobuf"],
        "Wire": nio.union([
            "Model", "WireMessages", "CLinux", "CExecutor", "SwiftProtobuf", "Logging", "ServiceLifecycle",
        ]),
        "AuthClient": typedClient, "WorkspaceClient": typedClient,
        "TrackingClient": typedClient, "ArtifactClient": typedClient.union(["CLinux", "NIOCore", "NIOPosix"]),
        "AuthService": service.union(["Sealing", "Egress", "Directory", "Mail", "AuthClient"]),
        "WorkspaceService": service.union(["AuthClient"]),
        "TrackingService": service.union(["Series"]),
        "ArtifactService": service.union(["Blobs", "Sealing"]),
        "WebUI": ["Mustache"],
        "Gateway": clients.union(nio).union([
            "Model", "Wire", "WireMessages", "HotJSON", "WebUI", "QRCode", "Hummingbird", "HummingbirdCore",
            "HTTPTypes",
            "Logging",
            "SwiftProtobuf", "ServiceLifecycle", "NIOHTTP1", "NIOHTTPTypes",
        ]),
        "Daemon": [
            "Model", "Wire", "WireMessages", "AuthClient", "WorkspaceClient", "Sealing", "Postgres", "CLinux",
            "Logging",
            "CoreMetrics", "ServiceLifecycle", "UnixSignals", "SwiftProtobuf",
        ],
        "Bench": [],
        "TestKit": ["Postgres", "Model", "Wire", "WireMessages", "SwiftProtobuf", "Logging", "Testing"],
    ]

    @Test func `every module imports only what its row allows`() throws {
        for file in try House.files(under: "Sources", endings: ["swift"]) where file.module != "halley" {
            let allowed = try #require(Self.allowed[file.module], "\(file.path) is in a module without a row here")
            for imported in file.lines.compactMap(Self.importedModule) {
                #expect(
                    allowed.contains(imported) || Self.system.contains(imported),
                    "\(file.path) may not import \(imported)")
            }
        }
    }

    @Test func `in a feature, handlers know no database and stores no messages`() throws {
        for file in try House.files(under: "Sources", endings: ["swift"]) where file.module.hasSuffix("Service") {
            let imports = Set(file.lines.compactMap(Self.importedModule))
            if file.name.hasSuffix("Handler.swift") { #expect(!imports.contains("Postgres"), "\(file.path)") }
            if file.name.hasSuffix("Store.swift") { #expect(!imports.contains("WireMessages"), "\(file.path)") }
        }
    }

    @Test func `SQL stands in stores, in the Postgres module and in migrations only`() throws {
        let statement = #/"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) /#
        for file in try House.files(under: "Sources", endings: ["swift"]) where !file.name.contains("Store") {
            guard !["Postgres", "TestKit", "halley"].contains(file.module) else { continue }
            // Looking for a quote first is a hundred times faster than the pattern.
            for (index, line) in file.lines.enumerated() where line.utf8.contains(UInt8(ascii: "\"")) {
                #expect(line.firstMatch(of: statement) == nil, "\(file.path):\(index + 1) holds SQL")
            }
        }
    }

    private static func importedModule(_ line: String) -> String? {
        guard line.contains("import ") else { return nil }
        let pattern =
            #/^(@testable |@preconcurrency )*(public |package |internal |private )?import (struct |class |enum |func |protocol |typealias )?([A-Za-z0-9_]+)/#
        return line.firstMatch(of: pattern).map { String($0.output.4) }
    }
}
