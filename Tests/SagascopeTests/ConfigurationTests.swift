import OTLPExporter
import PrometheusExporter
import SagaTelemetry
import Sagascope
import Testing

struct ConfigurationTests {
    @Test func anEmptyEnvironmentMeansTheDefaults() throws {
        let configuration = try SagascopeConfiguration(environment: ["OTEL_SERVICE_NAME": "", "HOME": "/"])
        #expect(configuration.serviceName.hasPrefix("unknown_service"))
        #expect(!configuration.isDisabled && configuration.taskTracking && configuration.admin.isEnabled)
        #expect(configuration.admin.host == "127.0.0.1" && configuration.admin.port == 9464)
        #expect(configuration.pipeline.spanDelay == .seconds(5) && configuration.pipeline.batchLimit == 512)
        guard case .file(let file) = configuration.export else {
            Issue.record("not the file exporter")
            return
        }
        #expect(file.path == "sagascope.otlp.jsonl")
    }

    @Test func readsTheResource() throws {
        let configuration = try SagascopeConfiguration(environment: [
            "OTEL_RESOURCE_ATTRIBUTES": "service.name=other, deployment.environment.name = te%20st%2C1,a=",
            "OTEL_SERVICE_NAME": "checkout",
        ])
        let attributes = configuration.resource.attributes
        #expect(attributes["service.name"] == .string("checkout"))
        #expect(attributes["deployment.environment.name"] == .string("te st,1"))
        #expect(attributes["a"] == .string(""))
        #expect(attributes["telemetry.sdk.language"] == .string("swift"))
    }

    @Test func anEndpointMeansToPush() throws {
        let configuration = try SagascopeConfiguration(environment: [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/base/",
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "https://logs.example/exactly/here",
            "OTEL_EXPORTER_OTLP_HEADERS": "api-key=se%3Dcret,x=1",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "X=2",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1500", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT": "99", "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION": "none",
        ])
        guard case .http(let http) = configuration.export else {
            Issue.record("not the HTTP exporter")
            return
        }
        #expect(http.traces.url == "http://collector:4318/base/v1/traces")
        #expect(http.metrics.url == "http://collector:4318/base/v1/metrics")
        #expect(http.logs.url == "https://logs.example/exactly/here")
        #expect(http.metrics.headers.map { "\($0.name)=\($0.value)" } == ["api-key=se=cret", "x=1"])
        #expect(http.traces.headers.map { "\($0.name)=\($0.value)" } == ["X=2", "api-key=se=cret"])
        #expect(http.timeout == .milliseconds(1500) && http.compression == .gzip)
        #expect(
            http.logs.timeout == .milliseconds(99) && http.logs.compression == OTLPHTTPConfiguration.Compression.none)
        #expect(http.traces.timeout == nil && http.traces.compression == nil)
    }

    @Test func readsTheRest() throws {
        let configuration = try SagascopeConfiguration(environment: [
            "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_BSP_MAX_QUEUE_SIZE": "4096",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "64", "OTEL_BLRP_SCHEDULE_DELAY": "7",
            "OTEL_METRIC_EXPORT_INTERVAL": "11",
            "SAGASCOPE_TASK_TRACKING": "off", "SAGASCOPE_ADMIN": "off", "SAGASCOPE_ADMIN_PORT": "0",
            "SAGASCOPE_FILE": "none", "SAGASCOPE_BLOCKED_THRESHOLD": "9",
        ])
        #expect(!configuration.taskTracking && !configuration.admin.isEnabled)
        #expect(configuration.pipeline.spanDelay == .milliseconds(100) && configuration.pipeline.batchLimit == 64)
        #expect(configuration.pipeline.spanRingBytes == 2 << 20)
        #expect(configuration.pipeline.eventDelay == .milliseconds(7))
        #expect(configuration.pipeline.metricInterval == .milliseconds(11))
        #expect(configuration.admin.port == 0 && configuration.blockedThreshold == .milliseconds(9))
        guard case .none = configuration.export else {
            Issue.record("something is exported")
            return
        }
    }

    @Test func readsThePageAndTheDetectors() throws {
        let defaults = try SagascopeConfiguration(environment: [:])
        #expect(defaults.prometheus.scopeLabels && !defaults.prometheus.utf8Names)
        #expect(!defaults.prometheus.createdSamples && defaults.resourceDetection == .standard)
        let configuration = try SagascopeConfiguration(environment: [
            "SAGASCOPE_PROMETHEUS_CREATED": "on", "SAGASCOPE_PROMETHEUS_UTF8_NAMES": "on",
            "SAGASCOPE_PROMETHEUS_SCOPE_LABELS": "off", "SAGASCOPE_RESOURCE_DETECTORS": "host, command_args",
        ])
        #expect(configuration.prometheus.createdSamples && configuration.prometheus.utf8Names)
        #expect(!configuration.prometheus.scopeLabels)
        #expect(configuration.resourceDetection == [.host, .commandArguments])
        for (text, detection) in [("none", []), ("all", ResourceDetection.standard)] {
            let environment = ["SAGASCOPE_RESOURCE_DETECTORS": text]
            #expect(try SagascopeConfiguration(environment: environment).resourceDetection == detection)
        }
    }

    /// Those of the bootstrap, in a program that is switched off as in any other.
    @Test(arguments: ["true", "false"]) func detectorsSeeTheGivenEnvironment(isDisabled: String) throws {
        let configuration = try SagascopeConfiguration(environment: [
            "OTEL_SDK_DISABLED": isDisabled, "K8S_CLUSTER_NAME": "north",
        ])
        #expect(configuration.resource.attributes["k8s.cluster.name"] == .string("north"))
    }

    /// A program that has switched telemetry off is not stopped by a setting of it.
    @Test func disabledMeansThatNothingElseMatters() throws {
        let configuration = try SagascopeConfiguration(environment: [
            "OTEL_SDK_DISABLED": "TRUE", "OTEL_BSP_SCHEDULE_DELAY": "soon", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        ])
        #expect(configuration.isDisabled)
    }

    @Test func anErrorShowsNoCredentials() {
        let error = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "me:hush@collector:4318"])
        }
        #expect(
            error?.description
                == "OTEL_EXPORTER_OTLP_ENDPOINT=…@collector:4318 (environment): expected an http or https URL")
    }

    @Test(arguments: [
        ("OTEL_SDK_DISABLED", "yes", "true or false"),
        ("SAGASCOPE_ADMIN", "true", "on or off"),
        ("SAGASCOPE_ADMIN_PORT", "65536", "a port, 0 to 65535"),
        ("SAGASCOPE_ADMIN_PORT", "-1", "a port, 0 to 65535"),
        ("OTEL_BSP_SCHEDULE_DELAY", "5s", "a whole number of milliseconds, 1 or more"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0", "a whole number, 1 to 2097152"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "99999999999999999999", "a whole number, 1 to 2097152"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "an http or https URL"),
        ("SAGASCOPE_FILE_KEEP", "many", "a whole number, 0 to 1000"),
    ])
    func aWrongValueIsAnErrorThatNamesIt(variable: String, value: String, allowed: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: [variable: value])
        }
        #expect(error?.description == "\(variable)=\(value) (environment): expected \(allowed)")
    }

    @Test func aWrongCompressionOrTransportIsToldOf() {
        let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"]
        let compression = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(
                environment: endpoint.merging(["OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"]) { $1 })
        }
        #expect(compression?.description == "OTEL_EXPORTER_OTLP_COMPRESSION=zstd (environment): expected none, gzip")
        let transport = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"])
        }
        #expect(transport?.description.contains("4318") == true)
    }

    /// Headers hold secrets: an error about them does not.
    @Test(arguments: ["hush", "key=%zz", "=hush", "key=%f", "key=%ff"])
    func brokenPairsAreToldOfWithoutTheirValue(value: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: [
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_EXPORTER_OTLP_HEADERS": value,
            ])
        }
        #expect(error?.description.contains(value) == false)
        #expect(error?.description.hasPrefix("OTEL_EXPORTER_OTLP_HEADERS=") == true)
    }

    @Test func theAdminTokenIsReadAndNeverShown() throws {
        let configuration = try SagascopeConfiguration(environment: ["SAGASCOPE_ADMIN_TOKEN": "s3cret"])
        #expect(configuration.admin.token == AccessToken("s3cret"))
        #expect(!"\(configuration.admin)".contains("s3cret"))
        let error = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: ["SAGASCOPE_ADMIN_TOKEN": "hush hush"])
        }
        #expect(
            error?.description
                == "SAGASCOPE_ADMIN_TOKEN=… (environment): expected visible ASCII characters without a blank")
    }

    @Test func anUnknownNameIsAnErrorThatGuesses() {
        let error = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: ["SAGASCOPE_ADMIN_PROT": "1"])
        }
        #expect(error?.description.contains("did you mean SAGASCOPE_ADMIN_PORT?") == true)
        let farOff = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: ["SAGASCOPE_WHATEVER_THIS_IS": "1"])
        }
        #expect(farOff?.description == "SAGASCOPE_WHATEVER_THIS_IS (environment): is no setting of Sagascope")
    }

    @Test func whatKubernetesSaysOfAServiceIsNoMistake() throws {
        _ = try SagascopeConfiguration(environment: [
            "SAGASCOPE_SERVICE_HOST": "10.0.0.1", "SAGASCOPE_SERVICE_PORT": "9464",
            "SAGASCOPE_PORT": "tcp://10.0.0.1:9464",
            "SAGASCOPE_PORT_9464_TCP_ADDR": "10.0.0.1",
        ])
        #expect(throws: ConfigurationError.self) { try SagascopeConfiguration(environment: ["SAGASCOPE_PORT": "9464"]) }
    }

    @Test func readsTracingAndMetrics() throws {
        let configuration = try SagascopeConfiguration(environment: [
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25",
            "OTEL_PROPAGATORS": "b3, tracecontext,b3", "OTEL_ATTRIBUTE_COUNT_LIMIT": "64",
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "32", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "0",
            "OTEL_SPAN_EVENT_COUNT_LIMIT": "1", "OTEL_SPAN_LINK_COUNT_LIMIT": "2",
            "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "3",
            "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "4", "SAGASCOPE_KEEP_FAILED_RUNS": "off",
            "OTEL_METRICS_EXEMPLAR_FILTER": "always_off", "SAGASCOPE_CARDINALITY_LIMIT": "77",
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram",
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "LowMemory",
        ])
        #expect(configuration.pipeline.metricTemporality == .lowMemory)
        #expect(configuration.tracing.sampler == .parentBased(root: .traceIDRatio(0.25)))
        #expect(configuration.tracing.propagators == [.b3, .traceContext] && !configuration.tracing.keepsFailedRuns)
        let limits = configuration.tracing.limits
        #expect(limits.attributes == 32 && limits.events == 1 && limits.links == 2)
        #expect(limits.attributesPerEvent == 3 && limits.attributesPerLink == 4 && limits.attributeValueLength == 0)
        #expect(configuration.metrics.exemplarFilter == .alwaysOff && configuration.metrics.cardinalityLimit == 77)
        #expect(configuration.metrics.defaultHistogram == .exponential)
    }

    @Test(arguments: [
        ("none", []), ("tracecontext", [Propagator.traceContext]),
    ])
    func readsPropagators(text: String, propagators: [Propagator]) throws {
        let configuration = try SagascopeConfiguration(environment: ["OTEL_PROPAGATORS": text])
        #expect(configuration.tracing.propagators == propagators)
    }

    @Test(arguments: [
        ("OTEL_TRACES_SAMPLER", "jaeger_remote", "always_on, "),
        ("OTEL_TRACES_SAMPLER_ARG", "1.5", "a number from 0 to 1"),
        ("OTEL_TRACES_SAMPLER_ARG", "nan", "a number from 0 to 1"),
        ("OTEL_PROPAGATORS", "tracecontext,jaeger", "none, or "),
        ("OTEL_PROPAGATORS", "none,b3", "none, or "),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "65536", "a whole number, 0 to 65535"),
        ("SAGASCOPE_RESOURCE_DETECTORS", "host,moon", "none, or of all, service, host, os, "),
        ("SAGASCOPE_PROMETHEUS_CREATED", "true", "on or off"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "sometimes", "always_on, always_off, trace_based"),
    ])
    func aWrongChoiceIsAnErrorThatNamesIt(variable: String, value: String, allowed: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try SagascopeConfiguration(environment: [variable: value])
        }
        #expect(error?.description.hasPrefix("\(variable)=\(value) (environment): expected \(allowed)") == true)
    }
}
