// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is built with. Warnings are errors in CI through `-warnings-as-errors` here.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

func service(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    module(name, ["Model", "Postgres", "Wire", "WireMessages", logging, protobuf] + dependencies)
}

func client(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    module(name, ["Model", "Wire", "WireMessages", protobuf] + dependencies)
}

let package = Package(
    name: "halley",
    products: [.executable(name: "halley", targets: ["halley"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    ],
    targets: [
        // Debian's libraries.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CQRCode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLDAP", pkgConfig: "ldap", providers: [.apt(["libldap-dev"])]),
        .target(
            name: "CSimdJSON", cxxSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CLinux"),
        .target(name: "CExecutor"),

        // Pure.
        module("Model"),
        module("Series", ["CZstd"]),
        module("Offload"),
        module("Sealing", ["Offload", "CCrypto", "CArgon2"]),
        module("HotJSON", ["CSimdJSON", "CZlib"]),
        module("QRCode", ["CQRCode"]),
        module("Egress", ["Offload", "CCurl"]),
        module("Directory", ["Offload", "CLDAP"]),
        module("Mail"),

        // The ground floor.
        module("Postgres", ["CLibPQ", "CLinux", logging]),
        module("Blobs", ["CLinux", "Sealing"]),
        module("WireMessages", [protobuf]),
        module(
            "Wire",
            [
                "Model", "WireMessages", "CLinux", "CExecutor", nioCore, nioPosix, nioTLS, nioSSL, protobuf, logging,
                lifecycle,
            ]),

        // The services and their clients.
        client("AuthClient"), client("WorkspaceClient"), client("TrackingClient"),
        client("ArtifactClient", ["CLinux", nioCore, nioPosix]),
        service("AuthService", ["Sealing", "Egress", "Directory", "Mail", "AuthClient"]),
        service("WorkspaceService", ["AuthClient"]),
        service("TrackingService", ["Series"]),
        service("ArtifactService", ["Blobs", "Sealing"]),
        module(
            "WebUI", [mustache], exclude: ["ts", "css"], resources: [.copy("templates"), .copy("static")]),
        module(
            "Gateway",
            [
                "Model", "Wire", "WireMessages", "HotJSON", "WebUI", "QRCode",
                "AuthClient", "WorkspaceClient", "TrackingClient", "ArtifactClient",
                hummingbird, hummingbirdCore, httpTypes, nioHTTPTypes, nioCore, nioHTTP1, lifecycle, logging,
                protobuf,
            ]),

        // The executable.
        module(
            "Daemon",
            [
                "Model", "Wire", "WireMessages", "AuthClient", "WorkspaceClient", "Sealing", "Postgres", "CLinux",
                logging, metrics, lifecycle, signals, protobuf,
            ]),
        module("Bench"),
        .executableTarget(
            name: "halley",
            dependencies: [
                "Daemon", "Model", "Postgres", "Egress", "Mail", "Gateway", "AuthService", "WorkspaceService",
                "TrackingService", "ArtifactService", "AuthClient", "WorkspaceClient", "Bench", "Wire", "WireMessages",
                arguments, logging, lifecycle, protobuf,
            ],
            swiftSettings: house),

        // Tests.
        module("TestKit", ["Postgres", "Model", "Wire", "WireMessages", logging, protobuf]),
        tests("ModelTests", ["Model", "TestKit"]),
        tests("SeriesTests", ["Series", "TestKit"]),
        tests("SealingTests", ["Sealing", "Offload", "TestKit"]),
        tests("QRCodeTests", ["QRCode"]),
        tests("EgressTests", ["Egress", "TestKit"]),
        tests("DirectoryTests", ["Directory", "TestKit"]),
        tests("MailTests", ["Mail"]),
        tests("HotJSONTests", ["HotJSON", "CZlib", "TestKit"]),
        tests("PostgresTests", ["Postgres", "TestKit"]),
        tests("BlobsTests", ["Blobs", "TestKit"]),
        tests(
            "WireTests",
            ["Wire", "WireMessages", "Model", "TestKit", nioCore, nioEmbedded, nioPosix, protobuf, logging, lifecycle]),
        tests(
            "AuthServiceTests",
            [
                "AuthService", "AuthClient", "Directory", "Egress", "Mail", "Sealing", "Wire", "WireMessages",
                "Postgres",
                "Model",
                "TestKit",
                protobuf,
            ]),
        tests(
            "WorkspaceServiceTests",
            [
                "WorkspaceService", "AuthClient", "Postgres", "Wire", "WireMessages", "Model", "TestKit", logging,
                protobuf,
            ]),
        tests(
            "TrackingServiceTests",
            ["TrackingService", "Series", "Postgres", "Wire", "WireMessages", "Model", "TestKit", protobuf]),
        tests(
            "ArtifactServiceTests",
            [
                "ArtifactService", "ArtifactClient", "Blobs", "Postgres", "Wire", "WireMessages", "Model", "TestKit",
                logging, protobuf,
            ]),
        tests(
            "GatewayTests",
            [
                "Gateway", "HotJSON", "Model", "WebUI", "Wire", "WireMessages", "TestKit",
                "AuthClient", "WorkspaceClient", "TrackingClient", "ArtifactClient",
                hummingbird, hummingbirdCore, httpTypes, logging, nioCore, nioEmbedded, protobuf,
            ]),
        tests(
            "DaemonTests",
            ["Daemon", "AuthClient", "Sealing", "WireMessages", "Model", "TestKit", protobuf, metrics, logging]),
        tests("TidyTests"),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
