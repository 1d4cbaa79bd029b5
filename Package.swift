// swift-tools-version: 6.2
// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0
//
// The targets stand in the order of docs/ARCHITECTURE.md: a target imports only targets above it.
// `scripts/check-layers` holds this file to that.

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "jaga",
    products: [.executable(name: "jaga", targets: ["jaga"])],
    dependencies: [
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird",
            from: "2.28.1",
            traits: []
        ),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Libraries of the system
        .systemLibrary(name: "CLinux"),
        .systemLibrary(
            name: "CPCRE2",
            pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"])]
        ),
        .systemLibrary(
            name: "CMaxMindDB",
            pkgConfig: "libmaxminddb",
            providers: [.apt(["libmaxminddb-dev"])]
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // Core: pure, no clock, file or socket
        .target(name: "EventModel", swiftSettings: settings),
        .target(name: "OSXML", swiftSettings: settings),
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: settings),
        .target(name: "WebAttacks", swiftSettings: settings),
        .target(
            name: "Ruleset",
            dependencies: [
                "EventModel", "OSXML", "Patterns",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Analysis",
            dependencies: ["EventModel", "OSXML", "Patterns", "WebAttacks", "Ruleset"],
            swiftSettings: settings
        ),

        // Edges: each owns one outside thing; the first is the files of the others
        .target(name: "HostFiles", dependencies: ["CLinux"], swiftSettings: settings),
        .target(
            name: "DockerClient",
            dependencies: [
                "EventModel",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Collectors",
            dependencies: ["EventModel", "Patterns", "DockerClient"],
            swiftSettings: settings
        ),
        .target(name: "Spool", dependencies: ["EventModel", "CZlib"], swiftSettings: settings),
        .target(
            name: "Transport",
            dependencies: [
                "EventModel", "HostFiles", "CLinux", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Fleet",
            dependencies: [
                "EventModel", "HostFiles", "CLinux", "CZstd",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "AlertStore",
            dependencies: [
                "EventModel", "Patterns", "CLinux", "CZlib", "CZstd",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Outputs",
            dependencies: [
                "EventModel", "Patterns", "CLinux", "CZlib",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "ActiveResponse",
            dependencies: [
                "EventModel", "Patterns", "HostFiles", "DockerClient", "CLinux", "CZlib",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Posture",
            dependencies: ["EventModel", "DockerClient"],
            swiftSettings: settings
        ),
        .target(
            name: "Vulnerabilities",
            dependencies: [
                "EventModel", "HostFiles", "DockerClient", "CZlib", "CZstd",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "WebServer",
            dependencies: [
                "EventModel", "Patterns", "WebAttacks", "Ruleset", "Analysis", "HostFiles",
                "AlertStore", "CLinux",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: settings
        ),

        // Assembly
        .target(
            name: "Daemon",
            dependencies: [
                "EventModel", "OSXML", "Patterns", "Ruleset", "Analysis", "HostFiles",
                "DockerClient", "Collectors", "Spool", "Transport", "Fleet", "AlertStore",
                "ActiveResponse", "Outputs", "Posture", "Vulnerabilities", "WebServer", "CLinux",
                "CMaxMindDB",
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "jaga",
            dependencies: [
                "EventModel", "Patterns", "WebAttacks", "Ruleset", "Analysis", "AlertStore",
                "Outputs", "ActiveResponse", "Posture", "Vulnerabilities", "WebServer", "Daemon",
                "Fleet", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // Test support and tests
        .target(
            name: "JagaTesting",
            dependencies: ["EventModel", "Patterns"],
            path: "Tests/JagaTesting",
            swiftSettings: settings
        ),
        .testTarget(name: "EventModelTests", dependencies: ["EventModel"], swiftSettings: settings),
        .testTarget(
            name: "OSXMLTests",
            dependencies: ["OSXML", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PatternsTests",
            dependencies: ["Patterns", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WebAttacksTests",
            dependencies: ["WebAttacks", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RulesetTests",
            dependencies: ["EventModel", "Patterns", "Ruleset", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AnalysisTests",
            dependencies: ["EventModel", "Patterns", "Ruleset", "Analysis", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GoldenTests",
            dependencies: ["EventModel", "Ruleset", "Analysis", "JagaTesting"],
            exclude: ["Cases"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HostFilesTests",
            dependencies: ["HostFiles", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DockerClientTests",
            dependencies: [
                "EventModel", "DockerClient", "JagaTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CollectorsTests",
            dependencies: ["EventModel", "Patterns", "DockerClient", "Collectors", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SpoolTests",
            dependencies: ["EventModel", "Spool", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "EventModel", "Transport", "CZlib", "JagaTesting",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["Peer"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FleetTests",
            dependencies: [
                "EventModel", "Fleet", "JagaTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AlertStoreTests",
            dependencies: [
                "EventModel", "AlertStore", "CZlib", "JagaTesting", "IndexWriter",
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "IndexWriter",
            dependencies: ["EventModel", "AlertStore"],
            path: "Tests/IndexWriter",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "StoreBench",
            dependencies: ["EventModel", "AlertStore"],
            path: "Tests/StoreBench",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "CollectBench",
            dependencies: ["EventModel", "Collectors", "Spool"],
            path: "Tests/CollectBench",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "FleetLoad",
            dependencies: ["EventModel", "Fleet"],
            path: "Tests/FleetLoad",
            swiftSettings: settings
        ),
        .testTarget(
            name: "OutputsTests",
            dependencies: [
                "EventModel", "Patterns", "Outputs", "JagaTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ActiveResponseTests",
            dependencies: [
                "EventModel", "Patterns", "DockerClient", "ActiveResponse", "JagaTesting",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PostureTests",
            dependencies: ["EventModel", "DockerClient", "Posture", "JagaTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "VulnerabilitiesTests",
            dependencies: [
                "EventModel", "DockerClient", "Vulnerabilities", "CZlib", "CZstd", "JagaTesting",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WebServerTests",
            dependencies: [
                "EventModel", "Ruleset", "Analysis", "AlertStore", "WebServer", "JagaTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "EventModel", "Patterns", "Ruleset", "Analysis", "DockerClient", "Collectors",
                "Transport", "Fleet", "AlertStore", "Outputs", "ActiveResponse", "Posture",
                "Vulnerabilities", "Daemon", "JagaTesting",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "JagaTesting", "jaga",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            exclude: ["Receivers"],
            swiftSettings: settings
        ),
    ]
)

// What `scripts/fuzz` builds, with libFuzzer's main and in a folder of its own.
if Context.environment["JAGA_FUZZ"] != nil {
    package.targets.append(
        .target(
            name: "FuzzSupport",
            dependencies: ["EventModel", "Patterns", "Ruleset", "Analysis"],
            path: "Tests/Fuzz/Support",
            swiftSettings: settings
        )
    )
    // Those that hold an engine name Analysis: they are built anew when its size changes.
    for (name, dependencies) in [
        ("XML", ["OSXML"]), ("OSRegex", ["Patterns"]), ("OSMatch", ["Patterns"]),
        ("JSON", ["Analysis"]), ("Predecoding", ["Analysis"]), ("Event", ["Analysis"]),
        ("Sigma", ["EventModel", "Ruleset", "Analysis"]), ("Report", ["Analysis"]),
        ("KQL", ["EventModel", "AlertStore"]), ("WebAttacks", ["WebAttacks"]),
        ("Wazuh", ["EventModel", "Transport"]), ("Layer", ["Vulnerabilities"]),
        ("Packages", ["Vulnerabilities"]), ("Advisories", ["Vulnerabilities"]),
    ] {
        package.targets.append(
            .executableTarget(
                name: "Fuzz" + name,
                dependencies: ["FuzzSupport"] + dependencies.map { .byName(name: $0) },
                path: "Tests/Fuzz/Targets/" + name,
                swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
                linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]
            )
        )
    }
}
