public import OTLPExporter
public import PrometheusExporter
public import SagaTasks
public import SagaTelemetry
public import TaskInspection

/// Everything that can be set. ``Setting/all`` lists what can be set from outside, with the defaults; the closure of
/// ``Sagascope/bootstrap(environment:providers:configure:)`` sees the result and has the last word.
public struct SagascopeConfiguration: Sendable {
    /// `OTEL_SDK_DISABLED`: record no spans and events, export and serve nothing. Contexts are still propagated, and
    /// instruments still count, which nobody reads.
    public var isDisabled = false

    /// `OTEL_SERVICE_NAME`; `unknown_service:<executable>` by default.
    public var serviceName: String
    /// `OTEL_RESOURCE_ATTRIBUTES`, besides the service's name.
    public var resourceAttributes: [String: AttributeValue] = [:]
    /// `SAGASCOPE_RESOURCE_DETECTORS`: what else is found out about the process and put into the resource.
    public var resourceDetection = ResourceDetection.standard
    var surroundings = Surroundings.process()

    /// The backends that bootstrap installs for swift-distributed-tracing and swift-metrics.
    public var backends = Backends.all

    /// Where spans, events and pushed metrics go.
    public var export = Export.file(File())

    /// A destination for what is pushed. Scraping works beside each of them.
    public enum Export: Sendable {
        /// A collector. Chosen when `OTEL_EXPORTER_OTLP_ENDPOINT`, or that of a signal, is set.
        case http(OTLPHTTPConfiguration)
        /// OTLP/JSON lines in a local file: the default without an endpoint.
        case file(File)
        /// Nothing is pushed, and spans and events are not recorded: `SAGASCOPE_FILE=none` without an endpoint.
        case none
        /// An exporter of your own.
        case custom(any TelemetryExporter)
    }

    /// The file exporter's file, for all three signals.
    public struct File: Sendable {
        /// `SAGASCOPE_FILE`
        public var path = "sagascope.otlp.jsonl"
        /// `SAGASCOPE_FILE_MAX_BYTES`: the size at which the file is rotated.
        public var maximumBytes = 64 << 20
        /// `SAGASCOPE_FILE_KEEP`: rotated files kept beside it.
        public var keptFiles = 4

        public init() {}
    }

    /// `OTEL_BSP_*`, `OTEL_BLRP_*`, `OTEL_METRIC_EXPORT_*`, `SAGASCOPE_SHUTDOWN_TIMEOUT`.
    public var pipeline = PipelineOptions()

    /// How spans are sampled, bounded and passed on: `OTEL_TRACES_SAMPLER`, `OTEL_PROPAGATORS`, `OTEL_SPAN_*_LIMIT`.
    public var tracing = TracingOptions()
    /// How measurements become metrics: `SAGASCOPE_CARDINALITY_LIMIT`, `OTEL_METRICS_EXEMPLAR_FILTER`; views in code.
    public var metrics = MetricOptions()
    /// `SAGASCOPE_PROMETHEUS_*`: what the Prometheus page tells beyond the metrics themselves.
    public var prometheus = PrometheusOptions()

    public var admin = Admin()

    /// The server of `/metrics`, `/healthz`, `/readyz` and `/debug/*`.
    public struct Admin: Sendable {
        /// `SAGASCOPE_ADMIN`: on or off.
        public var isEnabled = true
        /// `SAGASCOPE_ADMIN_HOST`: reachable from this machine only by default, since metrics tell much.
        public var host = "127.0.0.1"
        /// `SAGASCOPE_ADMIN_PORT`; 0 takes any free port.
        public var port = 9464
        /// `SAGASCOPE_ADMIN_TOKEN`: what a request has to carry to see `/debug/*`. Without one these routes are there on
        /// loopback only.
        public var token: AccessToken?

        public init() {}
    }

    public var dumpSignal = DumpSignal()

    /// The answer to SIGUSR2: a dump of every task, which `sagascope tasks --pid` reads.
    public struct DumpSignal: Sendable {
        /// `SAGASCOPE_DUMP_SIGNAL`: on or off. A program that uses SIGUSR2 itself by then keeps it.
        public var isEnabled = true
        /// `SAGASCOPE_DUMP_DIRECTORY`; `sagascope-<user>` in `TMPDIR` or `/tmp` by default.
        public var directory: String?

        public init() {}
    }

    public var flight = Flight()

    /// The flight recorder: the last transitions of all tasks, in memory. On while tasks are tracked.
    public struct Flight: Sendable {
        /// `SAGASCOPE_FLIGHT`: on or off.
        public var isEnabled = true
        /// `SAGASCOPE_FLIGHT_BYTES`: of memory, whatever the number of threads.
        public var bytes = FlightRecorder.defaultBytes
        /// `SAGASCOPE_FLIGHT_DIRECTORY`: where a dump of a saga's tasks goes when it fails, and a recording beside it, at most
        /// one of each a minute; none by default. Dumps are written with the recorder off too.
        public var directory: String?

        public init() {}
    }

    /// `SAGASCOPE_TASK_TRACKING`: see every task of the process.
    public var taskTracking = true
    /// `SAGASCOPE_TASK_MODE`: how tasks are seen.
    public var taskMode = TaskTracking.Mode.observe
    /// `SAGASCOPE_BLOCKED_THRESHOLD`: how long a task is blocked before events tell of it.
    public var blockedThreshold: Duration = .milliseconds(250)
    /// From when on tasks are warned of: `SAGASCOPE_POOL_HOG_THRESHOLD` and its siblings.
    public var warnings = WarningThresholds()
    /// `SAGASCOPE_ORPHANS`: what becomes of tasks that are alive when their saga's run has ended.
    public var orphans = OrphanPolicy.report

    /// Defaults without any environment.
    public init(executable: String = CommandLine.arguments.first ?? "") {
        let name = executable.split(separator: "/").last.map(String.init) ?? ""
        serviceName = name.isEmpty ? "unknown_service" : "unknown_service:\(name)"
    }

    /// The resource that every request, line and page names.
    public var resource: Resource {
        // Of two with one key the last one stands: what was set, before what was found.
        var pairs: [(key: String, value: AttributeValue)] =
            resourceDetection.attributes(in: surroundings).map { ($0.key, $0.value) }
        pairs += resourceAttributes.map { ($0.key, $0.value) }
        pairs += [
            ("service.name", .string(serviceName)),
            ("telemetry.sdk.name", "sagascope"),
            ("telemetry.sdk.language", "swift"),
            ("telemetry.sdk.version", .string(sagascopeVersion)),
        ]
        return Resource(Attributes(pairs))
    }
}
