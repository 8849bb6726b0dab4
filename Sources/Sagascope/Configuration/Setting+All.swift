import OTLPExporter
import SagaTasks
import SagaTelemetry
import TaskInspection

extension Setting {
    /// Every setting, once. Of two that set the same thing the later one stands.
    public static let all = general + tracing + otlp + pipeline + metrics + prometheus + sagascope

    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

    /// The path of the settings file: the one setting that a file cannot hold.
    static let file = Setting(
        "sagascope.configFile", .path, \.settingsFile, "A JSON file with settings: [the file](#the-file).")

    /// Read before all others: a wrong setting shall not stop a program that has switched telemetry off.
    static let disabled = Setting(
        "otel.sdk.disabled", .boolean, \.configuration.isDisabled,
        "Record, export and serve nothing; contexts still propagate.")

    private static let general = [
        disabled,
        Setting("otel.resource.attributes", .pairs, \.resourceAttributes, "Further attributes of the resource."),
        Setting(
            "otel.service.name", .text, \.serviceName, default: "unknown_service:<executable>",
            "The resource's service.name; before one in OTEL_RESOURCE_ATTRIBUTES."),
        Setting(
            "sagascope.resourceDetectors", .detectors, \.configuration.resourceDetection,
            "What is found out for the resource; all is every detector but command_args, whose arguments may hold secrets."
        ),
    ]

    private static let tracing = [
        Setting(
            "otel.traces.sampler", .choice(), \.sampler, default: "parentbased_always_on",
            "Which traces are recorded; a parent-based sampler leaves traces that came in as their header says."),
        Setting(
            "otel.traces.samplerArg", .share, \.sampledShare, "The share of traces that a sampler by ratio takes."),
        Setting(
            "otel.propagators", .propagators, \.configuration.tracing.propagators,
            "Formats of the headers that carry context from process to process."),
        Setting(
            "otel.attribute.countLimit", .limit, \.configuration.tracing.limits.attributes,
            "Attributes of a span, unless OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT says it."),
        Setting(
            "otel.attribute.valueLengthLimit", .countOrZero, \.configuration.tracing.limits.attributeValueLength,
            "Characters to which texts in attributes of spans are cut, unless OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT says it."
        ),
        Setting(
            "otel.span.attributeCountLimit", .limit, \.configuration.tracing.limits.attributes,
            "Attributes of a span; further ones are dropped and counted."),
        Setting(
            "otel.span.attributeValueLengthLimit", .countOrZero, \.configuration.tracing.limits.attributeValueLength,
            "Characters to which texts in attributes of spans are cut."),
        Setting(
            "otel.span.eventCountLimit", .limit, \.configuration.tracing.limits.events,
            "Events of a span; further ones are dropped and counted."),
        Setting(
            "otel.span.linkCountLimit", .limit, \.configuration.tracing.limits.links,
            "Links of a span; further ones are dropped and counted."),
        Setting(
            "otel.event.attributeCountLimit", .limit, \.configuration.tracing.limits.attributesPerEvent,
            "Attributes of an event of a span."),
        Setting(
            "otel.link.attributeCountLimit", .limit, \.configuration.tracing.limits.attributesPerLink,
            "Attributes of a link of a span."),
        Setting(
            "sagascope.keepFailedRuns", .onOff, \.configuration.tracing.keepsFailedRuns,
            "Export a run that does not succeed although its trace is not sampled."),
    ]

    private static let metrics = [
        Setting(
            "otel.metrics.exemplarFilter", .choice(), \.configuration.metrics.exemplarFilter,
            "Which measurements may become exemplars."),
        Setting(
            "otel.exporter.otlp.metrics.temporalityPreference", .choice(), \.configuration.pipeline.metricTemporality,
            "Whether pushed points cover all the time or what came since the last push. A page is always cumulative."),
        Setting(
            "otel.exporter.otlp.metrics.defaultHistogramAggregation", .choice(),
            \.configuration.metrics.defaultHistogram, "How histograms count that no view says anything about."),
        Setting(
            "sagascope.cardinalityLimit", .count, \.configuration.metrics.cardinalityLimit,
            "Sets of attributes that a metric keeps apart; all further ones share one series."),
    ]

    private static let otlp = OTLPSettings.Scope.allCases.flatMap { scope in
        let prefix = "otel.exporter.otlp." + scope.key
        return [
            Setting(prefix + "endpoint", .url, \.otlp[scope].endpoint, scope.endpointMeaning),
            Setting(
                prefix + "headers", .pairs, \.otlp[scope].headers, isSecret: true,
                scope == .every ? "Headers of every request." : "Headers for \(scope.subject), before the general ones."
            ),
            Setting(
                prefix + "timeout", .milliseconds, \.otlp[scope].timeout, default: scope == .every ? "10000" : "",
                scope.meaning("The longest that one export may take, retries included.")),
            Setting(
                prefix + "compression", .choice(), \.otlp[scope].compression, default: scope == .every ? "none" : "",
                scope.meaning("How requests are compressed.")),
            Setting(
                prefix + "protocol", .transport, \.otlp[scope].transport,
                default: scope == .every ? "http/protobuf" : "", scope.meaning("The one transport of this version.")),
            Setting(
                prefix + "certificate", .path, \.otlp[scope].certificate,
                scope.meaning(
                    "PEM file of the authorities that an https endpoint is checked against; the system's without.")
            ),
            Setting(
                prefix + "clientCertificate", .path, \.otlp[scope].clientCertificate,
                scope.meaning("PEM file of the certificate that this client shows, its chain after it.")),
            Setting(
                prefix + "clientKey", .path, \.otlp[scope].clientKey,
                scope.meaning("PEM file of that certificate's private key.")),
        ]
    }

    private static let pipeline = [
        Setting(
            "otel.bsp.scheduleDelay", .milliseconds, \.configuration.pipeline.spanDelay,
            "The longest time a finished span waits for its export."),
        Setting(
            "otel.bsp.maxQueueSize", .queue, \.configuration.pipeline.spanRingBytes,
            "Finished spans that may wait, per recording thread, counted as 512 bytes each: the ring's memory."),
        Setting(
            "otel.bsp.maxExportBatchSize", .count, \.configuration.pipeline.batchLimit, "Most spans in one request."),
        Setting(
            "otel.bsp.exportTimeout", .milliseconds, \.configuration.pipeline.exportTimeout,
            "Upper bound of one export of spans."),
        Setting(
            "otel.blrp.scheduleDelay", .milliseconds, \.configuration.pipeline.eventDelay,
            "How long the first event waits for company."),
        Setting(
            "otel.blrp.maxQueueSize", .queue, \.configuration.pipeline.eventRingBytes,
            "Events that may wait, as OTEL_BSP_MAX_QUEUE_SIZE."),
        Setting(
            "otel.blrp.maxExportBatchSize", .count, \.configuration.pipeline.eventBatchLimit,
            "Most events in one request."),
        Setting(
            "otel.blrp.exportTimeout", .milliseconds, \.configuration.pipeline.eventExportTimeout,
            "Upper bound of one export of events."),
        Setting(
            "otel.metric.exportInterval", .milliseconds, \.configuration.pipeline.metricInterval,
            "Time between two pushes of metrics."),
        Setting(
            "otel.metric.exportTimeout", .milliseconds, \.configuration.pipeline.metricTimeout,
            "Upper bound of one export of metrics."),
    ]

    private static let sagascope = [
        file,
        Setting(
            "sagascope.file", .text, \.file.path,
            "The OTLP/JSON file when no endpoint is set; none: push nothing and record no spans."),
        Setting("sagascope.fileMaxBytes", .bytes, \.file.maximumBytes, "Size at which the file is rotated."),
        Setting("sagascope.fileKeep", .keptFiles, \.file.keptFiles, "Rotated files kept."),
        Setting(
            "sagascope.admin", .onOff, \.configuration.admin.isEnabled,
            "Serve /metrics, /healthz, /readyz and /debug/*."),
        Setting(
            "sagascope.adminHost", .text, \.configuration.admin.host, "The address the admin server listens on."),
        Setting("sagascope.adminPort", .port, \.configuration.admin.port, "Its port; 0 takes any free one."),
        Setting(
            "sagascope.adminToken", .token, \.configuration.admin.token, isSecret: true,
            "The bearer token that /debug/* asks for. Without one it is open on loopback, where nothing can be changed, and absent elsewhere."
        ),
        Setting(
            "sagascope.taskTracking", .onOff, \.configuration.taskTracking,
            "See every task: its state, its times, its async stack and what it waits for."),
        Setting(
            "sagascope.taskMode", .choice(), \.configuration.taskMode,
            "observe: at the runtime's enqueue hook; precise: sagas run on a task executor of ours."),
        Setting(
            "sagascope.flight", .onOff, \.configuration.flight.isEnabled,
            "Keep the last 10 s of all tasks' transitions in memory, for /debug/flight. Goes with task tracking."),
        Setting(
            "sagascope.flightBytes", .flightBytes, \.configuration.flight.bytes,
            "The most memory that the flight recorder takes."),
        Setting(
            "sagascope.flightDirectory", .directory, \.configuration.flight.directory, default: "none",
            "Where the tasks of a saga that fails are written, as they were at the failure, and the flight recording beside "
                + "them: at most one of each a minute. With SAGASCOPE_FLIGHT=off the tasks alone."),
        Setting(
            "sagascope.dumpSignal", .onOff, \.configuration.dumpSignal.isEnabled,
            "Answer SIGUSR2 with a dump of every task, for `sagascope tasks --pid`."),
        Setting(
            "sagascope.dumpDirectory", .directory, \.configuration.dumpSignal.directory,
            default: "${TMPDIR:-/tmp}/sagascope-<user>",
            "Where the dump goes: a folder that nobody else can open. Made when it is not there."),
        Setting(
            "sagascope.blockedThreshold", .milliseconds, \.configuration.blockedThreshold,
            "Events tell of tasks blocked for this long."),
        Setting(
            "sagascope.poolHogThreshold", .milliseconds, \.configuration.warnings.poolHog,
            "Warn of a task that runs for this long without suspending."),
        Setting(
            "sagascope.poolStarvedThreshold", .milliseconds, \.configuration.warnings.poolStarved,
            "Warn of a task that is ready for this long, and no thread takes it."),
        Setting(
            "sagascope.lostResumeThreshold", .milliseconds, \.configuration.warnings.lostResume,
            "Warn of a task that waits for this long for a continuation that is no timer."),
        Setting(
            "sagascope.ignoredCancellationThreshold", .milliseconds, \.configuration.warnings.ignoredCancellation,
            "Warn of a task that is alive for this long after it was seen to be cancelled."),
        Setting(
            "sagascope.waitCycleThreshold", .milliseconds, \.configuration.warnings.waitCycle,
            "How long tasks are blocked before they are looked for in wait cycles."),
        Setting(
            "sagascope.yieldStormRuns", .count, \.configuration.warnings.yieldStormRuns,
            "Warn of a task that runs this often from one look to the next (250 ms), mostly to yield."),
        Setting(
            "sagascope.orphans", .choice(), \.configuration.orphans,
            "What becomes of tasks that outlive their saga's run: report tells of them, cancel also cancels them."),
        Setting(
            "sagascope.shutdownTimeout", .milliseconds, \.configuration.pipeline.shutdownTimeout,
            "The longest that the last export may take."),
    ]
}

extension SettingForm<String> {
    fileprivate static let transport = SettingForm(
        allowed: "http/protobuf, which a collector takes on port 4318; this version has no other",
        parse: { $0 == "http/protobuf" ? $0 : nil }, text: { $0 })
}

extension SettingForm<String> {
    fileprivate static let directory = SettingForm(allowed: "the path of a folder", parse: { $0 }, text: { $0 })
}

extension SettingForm<AccessToken> {
    fileprivate static let token = SettingForm(
        allowed: "visible ASCII characters without a blank", parse: { AccessToken($0) }, text: { "\($0)" })
}

extension OTLPSettings.Scope {
    fileprivate var key: String { self == .every ? "" : rawValue + "." }

    fileprivate var subject: String {
        switch self {
        case .every: "every signal"
        case .traces: "spans"
        case .logs: "events"
        case .metrics: "metrics"
        }
    }

    fileprivate var endpointMeaning: String {
        self == .every
            ? "Base URL of a collector; /v1/traces, /v1/logs and /v1/metrics are added. With no endpoint at all: write a file."
            : "The URL for \(subject), used as it is."
    }

    fileprivate func meaning(_ text: String) -> String { self == .every ? text : "The same for \(subject)." }
}
