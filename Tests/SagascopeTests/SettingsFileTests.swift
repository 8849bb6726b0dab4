import Configuration
import Foundation
import OTLPExporter
import SagaTelemetry
import Sagascope
import TestSupport
import Testing

/// The settings file, providers of the program's own, and which of them goes first.
struct SettingsFileTests {
    @Test func theFileHoldsEverySetting() async throws {
        let configuration = try await reading(
            """
            {
              "otel": {
                "service": { "name": "checkout" },
                "resource": { "attributes": { "deployment.environment.name": "a b,c=d" } },
                "exporter": { "otlp": {
                  "endpoint": "http://collector:4318",
                  "headers": { "api-key": "se=cr,et" },
                  "traces": { "timeout": 99, "compression": "gzip" }
                } },
                "bsp": { "scheduleDelay": "100" }
              },
              "sagascope": { "taskTracking": false, "admin": true, "adminPort": 0, "fileKeep": null },
              "otel.blrp.scheduleDelay": 7
            }
            """)
        #expect(configuration.serviceName == "checkout" && !configuration.taskTracking)
        #expect(configuration.resource.attributes["deployment.environment.name"] == .string("a b,c=d"))
        #expect(configuration.pipeline.spanDelay == .milliseconds(100))
        #expect(configuration.pipeline.eventDelay == .milliseconds(7))
        #expect(configuration.admin.isEnabled && configuration.admin.port == 0)
        guard case .http(let http) = configuration.export else {
            Issue.record("not the HTTP exporter")
            return
        }
        #expect(http.logs.url == "http://collector:4318/v1/logs")
        #expect(http.logs.headers.map { "\($0.name)=\($0.value)" } == ["api-key=se=cr,et"])
        #expect(http.traces.timeout == .milliseconds(99) && http.traces.compression == .gzip)
    }

    /// The environment goes before the file, the file before providers, those before the defaults.
    @Test func theFirstPlaceThatHasItHolds() async throws {
        let configuration = try await reading(
            """
            {"otel": {"bsp": {"scheduleDelay": 2, "exportTimeout": 2}}}
            """,
            environment: ["OTEL_BSP_SCHEDULE_DELAY": "1", "OTEL_BSP_EXPORT_TIMEOUT": ""],
            providers: [
                InMemoryProvider(values: [
                    "otel.bsp.scheduleDelay": 3, "otel.bsp.exportTimeout": 3, "otel.blrp.scheduleDelay": 3,
                ]),
                InMemoryProvider(values: ["otel.blrp.scheduleDelay": 4, "otel.metric.exportTimeout": "4"]),
            ])
        #expect(configuration.pipeline.spanDelay == .milliseconds(1))
        #expect(configuration.pipeline.exportTimeout == .milliseconds(2))
        #expect(configuration.pipeline.eventDelay == .milliseconds(3))
        #expect(configuration.pipeline.metricTimeout == .milliseconds(4))
        #expect(configuration.pipeline.metricInterval == .seconds(60))
    }

    @Test func everythingWrongIsToldAtOnce() async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await reading(
                """
                {"otel": {"bsp": {"scheduleDelay": "soon", "maxQueueSize": {"a": "b"}},
                          "exporter": {"otlp": {"endpoint": "http://x", "headers": "hush"}}},
                 "sagascope": {"adminProt": 1, "admin": 2, "configFile": "other.json"}}
                """,
                environment: ["OTEL_METRIC_EXPORT_TIMEOUT": "-1", "SAGASCOPE_ADMIN_HOTS": "x"],
                providers: [InMemoryProvider(name: "mine", values: ["sagascope.fileKeep": 4000])])
        }
        let told = try #require(error).problems.map(\.description).sorted()
        let expected = [
            "OTEL_METRIC_EXPORT_TIMEOUT=-1 (environment): expected a whole number of milliseconds, 1 or more",
            "SAGASCOPE_ADMIN_HOTS (environment): is no setting of Sagascope; did you mean SAGASCOPE_ADMIN_HOST?",
            "otel.bsp.maxQueueSize={…} (FILE): expected a whole number, 1 to 2097152",
            "otel.bsp.scheduleDelay=soon (FILE): expected a whole number of milliseconds, 1 or more",
            "otel.exporter.otlp.headers=… (FILE): expected key=value pairs, separated by commas, percent-encoded",
            "sagascope.admin=2 (FILE): expected on or off",
            "sagascope.adminProt (FILE): is no setting of Sagascope; did you mean sagascope.adminPort?",
            "sagascope.configFile (FILE): stands in the environment; a file names no other file",
            "sagascope.fileKeep=4000 (InMemoryProvider[mine]): expected a whole number, 0 to 1000",
        ]
        #expect(told.map { $0.replacing(/\(\/.*json\)/, with: "(FILE)") } == expected)
        #expect(error?.description.hasPrefix("9 settings cannot be used:\n- ") == true)
    }

    @Test(arguments: [
        ("{\"otel\": ", "cannot be read"), ("[1]", "the file holds no JSON object"), ("", "cannot be read"),
        ("{\"sagascope\": {\"admin\": true,}}}", "cannot be read"),
    ])
    func aFileThatIsNoneIsToldOf(content: String, reason: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) { try await reading(content) }
        let problem = try #require(error?.problems.first)
        #expect(problem.setting == "SAGASCOPE_CONFIG_FILE" && problem.reason.contains(reason), "\(problem)")
        #expect(problem.value?.hasSuffix("settings.json") == true)
    }

    @Test func aMissingFileIsToldOf() {
        let error = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: ["SAGASCOPE_CONFIG_FILE": "/nowhere/settings.json"])
        }
        #expect(error?.description.hasPrefix("SAGASCOPE_CONFIG_FILE=/nowhere/settings.json (environment): ") == true)
    }

    /// Whoever switches telemetry off, in whichever place, is not stopped by a setting of it.
    @Test func theFileCanSwitchEverythingOff() async throws {
        let configuration = try await reading(
            """
            {"otel": {"sdk": {"disabled": true}, "bsp": {"scheduleDelay": "soon"}}}
            """)
        #expect(configuration.isDisabled)
    }

    @Test func everyVariableIsTheKeyInAnotherSpelling() async throws {
        for setting in Setting.all {
            let key = AbsoluteConfigKey(setting.key.split(separator: ".").map(String.init))
            let environment = EnvironmentVariablesProvider(environmentVariables: [:])
            let name = try environment.value(forKey: key, type: .string).encodedKey
            #expect(name == setting.name)
        }
        // No key is the way to another one: an object in the file cannot be both.
        for setting in Setting.all {
            #expect(!Setting.all.contains { $0.key.hasPrefix(setting.key + ".") }, "\(setting.key)")
        }
        #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
    }

    private func reading(
        _ content: String, environment: [String: String] = [:], providers: [any ConfigProvider] = []
    ) async throws -> SagascopeConfiguration {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "settings.json")
            try Data(content.utf8).write(to: file)
            return try SagascopeConfiguration(
                environment: environment.merging(["SAGASCOPE_CONFIG_FILE": file.path()]) { $1 }, providers: providers)
        }
    }
}
