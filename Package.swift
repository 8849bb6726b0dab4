// swift-tools-version:6.2
import PackageDescription

/// Every target of ours: Swift 6 language mode (from the tools version) and no warning left standing.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "sagascope",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Sagascope", targets: ["Sagascope"]),
        .library(name: "SagaInstrumentation", targets: ["SagaInstrumentation"]),
        .library(name: "SagaTelemetry", targets: ["SagaTelemetry"]),
        .library(name: "SagaLog", targets: ["SagaLog"]),
        .library(name: "SagaRuntime", targets: ["SagaRuntime"]),
        .library(name: "SagaParticipant", targets: ["SagaParticipant"]),
        .library(name: "SagaParticipantGRDB", targets: ["SagaParticipantGRDB"]),
        .library(name: "OTLPExporter", targets: ["OTLPExporter"]),
        .library(name: "PrometheusExporter", targets: ["PrometheusExporter"]),
        // For LD_PRELOAD: shows the tasks of an unmodified program.
        .library(name: "SagascopeAgent", type: .dynamic, targets: ["SagascopeAgent"]),
        .executable(name: "sagascope", targets: ["SagascopeCLI"]),
    ],
    traits: [
        .trait(name: "OTLPHTTP", description: "Push OTLP over HTTP (async-http-client). Without it: to a file."),
        .trait(name: "AdminServer", description: "Serve /metrics, /healthz, /readyz, /debug/* (hummingbird)."),
        .default(enabledTraits: ["OTLPHTTP", "AdminServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        // Without its traits: our settings file is read here, since the package's providers do not list their keys.
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    ],
    targets: [
        // MARK: Recording and instrumentation
        .target(
            name: "CSagascope", cSettings: [.define("_GNU_SOURCE")],
            // Logarithms, for the buckets of exponential histograms.
            linkerSettings: [.linkedLibrary("m")]),
        .target(
            name: "SagaTelemetry",
            dependencies: [
                "CSagascope",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(name: "TaskInspection", dependencies: ["CSagascope"], swiftSettings: strict),
        .target(
            name: "SagaTasks",
            dependencies: [
                "CSagascope", "SagaTelemetry", "TaskInspection", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "SagaInstrumentation",
            dependencies: [
                "CSagascope", "SagaTelemetry", "SagaTasks",
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict
        ),

        // MARK: The saga log
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        // Its header alone; see there.
        .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
        .target(
            name: "SagaLog",
            dependencies: [
                "CSagascope", "CLZ4", "CXXHash", "SagaTelemetry",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // MARK: Participants of sagas
        .target(name: "SagaParticipant", dependencies: ["SagaTelemetry"], swiftSettings: strict),
        .target(
            name: "SagaParticipantGRDB",
            dependencies: ["SagaParticipant", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),

        // MARK: The saga runtime
        .target(
            name: "SagaRuntime",
            dependencies: [
                "SagaInstrumentation", "SagaLog", "SagaParticipant", "SagaTasks", "SagaTelemetry", "TaskInspection",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        .target(
            name: "RunInspection",
            dependencies: ["SagaInstrumentation", "SagaLog", "SagaRuntime", "SagaTelemetry", "TaskInspection"],
            swiftSettings: strict),

        // MARK: Exporters
        .systemLibrary(
            name: "CZlib", path: "exporters/Gzip/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]
        ),
        .target(name: "Gzip", dependencies: ["CZlib"], path: "exporters/Gzip/Gzip", swiftSettings: strict),
        .systemLibrary(
            name: "CProtobufC", path: "exporters/Protobuf/CProtobufC", pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"])]
        ),
        .target(
            name: "ProtobufArena", dependencies: ["CProtobufC"], path: "exporters/Protobuf/ProtobufArena",
            swiftSettings: strict),
        .target(name: "COTLP", dependencies: ["CProtobufC"], path: "exporters/OTLP/COTLP"),
        .target(
            name: "OTLPExporter",
            dependencies: [
                "SagaTelemetry", "COTLP", "CProtobufC", "Gzip", "ProtobufArena",
                .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "AsyncHTTPClient", package: "async-http-client", condition: .when(traits: ["OTLPHTTP"])),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["OTLPHTTP"])),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["OTLPHTTP"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["OTLPHTTP"])),
            ],
            path: "exporters/OTLP/OTLPExporter",
            swiftSettings: strict
        ),
        .target(
            name: "CPrometheusProto", dependencies: ["CProtobufC"], path: "exporters/Prometheus/CPrometheusProto"),
        .target(
            name: "PrometheusExporter", dependencies: ["SagaTelemetry", "CPrometheusProto", "ProtobufArena"],
            path: "exporters/Prometheus/PrometheusExporter",
            swiftSettings: strict),

        // MARK: The one import for users
        .target(
            name: "Sagascope",
            dependencies: [
                "SagaTelemetry", "SagaTasks", "SagaInstrumentation", "SagaLog", "SagaRuntime", "RunInspection",
                "TaskInspection", "OTLPExporter", "PrometheusExporter", "Gzip",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Instrumentation", package: "swift-distributed-tracing"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["AdminServer"])),
                .product(name: "HTTPTypes", package: "swift-http-types", condition: .when(traits: ["AdminServer"])),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["AdminServer"])),
            ],
            swiftSettings: strict
        ),

        // MARK: The command line tool
        .executableTarget(
            name: "SagascopeCLI",
            dependencies: [
                "CSagascope", "RunInspection", "SagaLog", "SagaRuntime", "SagaTelemetry", "TaskInspection",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),

        // MARK: The agent
        .target(name: "CSagascopeAgent", cSettings: [.define("_GNU_SOURCE")]),
        .target(
            name: "SagascopeAgent", dependencies: ["CSagascopeAgent", "TaskInspection"], swiftSettings: strict),

        // MARK: The reference page
        .executableTarget(
            name: "sagascope-reference",
            dependencies: [
                "Sagascope", "SagaInstrumentation", "SagaTasks", "SagaTelemetry", "TaskInspection",
                "PrometheusExporter",
            ],
            path: "Sources/SagascopeReference",
            swiftSettings: strict
        ),

        // MARK: Examples
        .executableTarget(
            name: "checkout",
            dependencies: [
                "SagaLog", "SagaParticipant", "SagaParticipantGRDB", "SagaRuntime", "Sagascope",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "examples/checkout",
            swiftSettings: strict
        ),
        .executableTarget(name: "retrofit-before", path: "examples/retrofit/before", swiftSettings: strict),
        .executableTarget(
            name: "retrofit-after", dependencies: ["Sagascope"], path: "examples/retrofit/after",
            swiftSettings: strict),

        // MARK: Benchmarks
        .target(
            name: "CFloor", path: "Tests/Bench/CFloor",
            linkerSettings: [.linkedLibrary("m"), .linkedLibrary("sqlite3")]),
        .target(name: "CMallocCount", path: "Tests/Bench/CMallocCount"),
        .executableTarget(
            name: "sagascope-bench",
            dependencies: [
                "CFloor", "CMallocCount", "CSagascope", "OTLPExporter", "PrometheusExporter", "SagaInstrumentation",
                "SagaLog", "SagaRuntime", "SagaTasks", "SagaTelemetry", "TaskInspection",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Tests/Bench/Bench",
            swiftSettings: strict),

        // MARK: Tests
        .target(
            name: "TestSupport",
            dependencies: [
                "LogPlan", "OTLPExporter", "SagaLog", "SagaParticipant", "SagaRuntime", "SagaTasks", "SagaTelemetry",
                "TaskInspection",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Support", swiftSettings: strict),
        .testTarget(
            name: "SagaTelemetryTests",
            dependencies: [
                "CSagascope", "OTLPExporter", "SagaTelemetry", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TaskInspectionTests",
            dependencies: [
                "CSagascope", "SagaInstrumentation", "SagaTelemetry", "TaskInspection", "TestSupport", "agent-fixture",
            ],
            swiftSettings: strict),
        // A program that knows nothing of the agent.
        .executableTarget(name: "agent-fixture", path: "Tests/AgentFixture", swiftSettings: strict),
        // Programs for `sagascope tasks --pid` to ask.
        .executableTarget(
            name: "dump-signal-fixture", dependencies: ["TaskInspection"], path: "Tests/DumpSignalFixture",
            swiftSettings: strict),
        .testTarget(
            name: "SagascopeCLITests",
            dependencies: [
                "RunInspection", "SagaLog", "SagaRuntime", "SagascopeCLI", "Sagascope", "SagaTelemetry",
                "TaskInspection", "TestSupport", "dump-signal-fixture",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        // A process whose view others read.
        .executableTarget(
            name: "view-fixture", dependencies: ["SagaLog", "SagaTelemetry"], path: "Tests/ViewFixture",
            swiftSettings: strict),
        // What a program writes that tests kill, and starve, and cut the power of; and the program.
        .target(name: "LogPlan", path: "Tests/LogPlan", swiftSettings: strict),
        .executableTarget(
            name: "log-fixture", dependencies: ["CSagascope", "LogPlan", "SagaLog", "SagaTelemetry"],
            path: "Tests/LogFixture", swiftSettings: strict),
        .testTarget(
            name: "SagaLogTests",
            dependencies: [
                "CSagascope", "CXXHash", "LogPlan", "SagaLog", "SagascopeCLI", "SagaTelemetry", "TestSupport",
                "log-fixture", "view-fixture",
            ],
            exclude: ["Faults/shim.c"], swiftSettings: strict),
        .testTarget(
            name: "SagaRuntimeTests",
            dependencies: [
                "SagaInstrumentation", "SagaLog", "SagaParticipant", "SagaRuntime", "SagaTelemetry", "TaskInspection",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SagaParticipantTests",
            dependencies: [
                "SagaParticipant", "SagaParticipantGRDB", "SagaTelemetry", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SagaTasksTests", dependencies: ["SagaTasks", "SagaTelemetry", "TaskInspection", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SagaInstrumentationTests",
            dependencies: [
                "SagaInstrumentation", "SagaTasks", "SagaTelemetry", "TaskInspection", "TestSupport",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "OTLPExporterTests",
            dependencies: [
                "OTLPExporter", "SagaTelemetry", "COTLP", "ProtobufArena", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "AsyncHTTPClient", package: "async-http-client", condition: .when(traits: ["OTLPHTTP"])),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["OTLPHTTP"])),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["OTLPHTTP"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["OTLPHTTP"])),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["OTLPHTTP"])),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PrometheusExporterTests", dependencies: ["PrometheusExporter", "SagaTelemetry", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AdminServerTests",
            dependencies: [
                "Sagascope", "PrometheusExporter", "RunInspection", "SagaLog", "SagaRuntime", "SagaTelemetry",
                "TaskInspection", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SagascopeTests",
            dependencies: [
                "Sagascope", "OTLPExporter", "PrometheusExporter", "SagaTelemetry", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Instrumentation", package: "swift-distributed-tracing"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        // Tasks of every kind, looked at without pause; by itself small enough to be built for a sanitizer.
        .executableTarget(
            name: "task-storm", dependencies: ["CSagascope", "SagaInstrumentation", "SagaTasks", "TaskInspection"],
            path: "Tests/TaskStorm", swiftSettings: strict),
        .testTarget(
            name: "TortureTests",
            dependencies: [
                "checkout", "log-fixture", "task-storm", "CSagascope", "LogPlan", "SagaInstrumentation", "SagaLog",
                "SagaTelemetry", "TaskInspection", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "checkout", "retrofit-before", "retrofit-after", "SagascopeCLI", "SagaTelemetry", "TaskInspection",
                "TestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ReferenceTests",
            dependencies: [
                "sagascope-reference", "SagaInstrumentation", "SagaLog", "SagaRuntime", "SagaTasks", "SagaTelemetry",
                "Sagascope", "TaskInspection", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ExamplesTests",
            dependencies: [
                "checkout", "SagaLog", "SagaParticipant", "SagaParticipantGRDB", "Sagascope",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "examples/tests", swiftSettings: strict),
    ]
)
