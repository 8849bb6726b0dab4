/// One environment variable: the reference page and the check for unknown names are made from this list.
public struct Setting: Sendable {
    public let name: String
    /// What holds when the variable is unset or empty.
    public let defaultValue: String
    /// What is allowed, for error messages.
    public let form: Form
    public let meaning: String

    /// The form of a value.
    public enum Form: String, Sendable {
        case boolean = "true or false"
        case onOff = "on or off"
        case milliseconds = "a whole number of milliseconds, 1 or more"
        case count = "a whole number, 1 or more"
        case countOrZero = "a whole number, 0 or more"
        case port = "a port, 0 to 65535"
        case text = "text"
        case url = "an http or https URL"
        case pairs = "key=value pairs, separated by commas, percent-encoded"
        case compression = "gzip or none"
        case transport = "http/protobuf"
    }

    private init(_ name: String, _ form: Form, _ defaultValue: String, _ meaning: String) {
        self.name = name
        self.form = form
        self.defaultValue = defaultValue
        self.meaning = meaning
    }

    public static let all: [Setting] =
        [
            Setting(
                "OTEL_SDK_DISABLED", .boolean, "false", "Record, export and serve nothing; contexts still propagate."),
            Setting("OTEL_SERVICE_NAME", .text, "unknown_service:<executable>", "The resource's service.name."),
            Setting("OTEL_RESOURCE_ATTRIBUTES", .pairs, "", "Further attributes of the resource."),

            Setting(
                "OTEL_EXPORTER_OTLP_ENDPOINT", .url, "",
                "Base URL of a collector; /v1/traces, /v1/logs and /v1/metrics are added. With no endpoint at all: write a file."
            ),
            Setting("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", .url, "", "The URL for spans, used as it is."),
            Setting("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", .url, "", "The URL for events, used as it is."),
            Setting("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", .url, "", "The URL for metrics, used as it is."),
            Setting("OTEL_EXPORTER_OTLP_HEADERS", .pairs, "", "Headers of every request."),
            Setting(
                "OTEL_EXPORTER_OTLP_TRACES_HEADERS", .pairs, "",
                "Headers of requests with spans, before the general ones."),
            Setting(
                "OTEL_EXPORTER_OTLP_LOGS_HEADERS", .pairs, "",
                "Headers of requests with events, before the general ones."),
            Setting(
                "OTEL_EXPORTER_OTLP_METRICS_HEADERS", .pairs, "",
                "Headers of requests with metrics, before the general ones."),
            Setting(
                "OTEL_EXPORTER_OTLP_TIMEOUT", .milliseconds, "10000",
                "The longest that one export may take, retries included."),
            Setting("OTEL_EXPORTER_OTLP_COMPRESSION", .compression, "none", "How requests are compressed."),
            Setting("OTEL_EXPORTER_OTLP_PROTOCOL", .transport, "http/protobuf", "The one transport of this version."),
        ]
        + ["TRACES", "LOGS", "METRICS"].flatMap { signal in
            [
                Setting("OTEL_EXPORTER_OTLP_\(signal)_TIMEOUT", .milliseconds, "", "The same for one signal."),
                Setting("OTEL_EXPORTER_OTLP_\(signal)_COMPRESSION", .compression, "", "The same for one signal."),
                Setting("OTEL_EXPORTER_OTLP_\(signal)_PROTOCOL", .transport, "", "The same for one signal."),
            ]
        } + [

            Setting(
                "OTEL_BSP_SCHEDULE_DELAY", .milliseconds, "5000",
                "The longest time a finished span waits for its export."),
            Setting(
                "OTEL_BSP_MAX_QUEUE_SIZE", .count, "2048",
                "Finished spans that may wait, per recording thread, counted as 512 bytes each: the ring's memory."),
            Setting("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", .count, "512", "Most spans or events in one request."),
            Setting("OTEL_BSP_EXPORT_TIMEOUT", .milliseconds, "30000", "Upper bound of one export of spans or events."),
            Setting("OTEL_BLRP_SCHEDULE_DELAY", .milliseconds, "200", "How long the first event waits for company."),
            Setting("OTEL_BLRP_MAX_QUEUE_SIZE", .count, "1024", "Events that may wait, as OTEL_BSP_MAX_QUEUE_SIZE."),
            Setting("OTEL_METRIC_EXPORT_INTERVAL", .milliseconds, "60000", "Time between two pushes of metrics."),
            Setting("OTEL_METRIC_EXPORT_TIMEOUT", .milliseconds, "30000", "Upper bound of one export of metrics."),

            Setting(
                "SAGASCOPE_FILE", .text, "sagascope.otlp.jsonl",
                "The OTLP/JSON file when no endpoint is set; none: push nothing and record no spans."),
            Setting("SAGASCOPE_FILE_MAX_BYTES", .count, "67108864", "Size at which the file is rotated."),
            Setting("SAGASCOPE_FILE_KEEP", .countOrZero, "4", "Rotated files kept."),
            Setting("SAGASCOPE_ADMIN", .onOff, "on", "Serve /metrics, /healthz and /readyz."),
            Setting("SAGASCOPE_ADMIN_HOST", .text, "127.0.0.1", "The address the admin server listens on."),
            Setting("SAGASCOPE_ADMIN_PORT", .port, "9464", "Its port; 0 takes any free one."),
            Setting("SAGASCOPE_TASK_TRACKING", .onOff, "on", "Time every task of a saga on a task executor."),
            Setting("SAGASCOPE_BLOCKED_THRESHOLD", .milliseconds, "250", "Events tell of tasks blocked for this long."),
            Setting("SAGASCOPE_SHUTDOWN_TIMEOUT", .milliseconds, "10000", "The longest that the last export may take."),
        ]

    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
