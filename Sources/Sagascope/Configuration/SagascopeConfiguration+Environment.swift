import OTLPExporter
import SagaTelemetry

extension SagascopeConfiguration {
    /// The defaults, with what the environment says.
    /// - Throws: ``ConfigurationError`` for a value that cannot be used, and for an unknown `SAGASCOPE_` name.
    public init(environment: [String: String]) throws(ConfigurationError) {
        self.init()
        surroundings.environment = environment
        let reader = EnvironmentReader(environment)
        try reader.checkNames()
        isDisabled = try reader.flag("OTEL_SDK_DISABLED") ?? isDisabled
        // Nothing else matters then, and a wrong setting shall not stop a program that has switched telemetry off.
        guard !isDisabled else { return }
        try readResource(reader)
        try readExport(reader)
        try readPipeline(reader)
        admin.isEnabled = try reader.flag("SAGASCOPE_ADMIN") ?? admin.isEnabled
        admin.host = reader.text("SAGASCOPE_ADMIN_HOST") ?? admin.host
        admin.port = try reader.count("SAGASCOPE_ADMIN_PORT", in: 0...65535) ?? admin.port
        taskTracking = try reader.flag("SAGASCOPE_TASK_TRACKING") ?? taskTracking
        blockedThreshold = try reader.milliseconds("SAGASCOPE_BLOCKED_THRESHOLD") ?? blockedThreshold
    }

    private mutating func readResource(_ reader: EnvironmentReader) throws(ConfigurationError) {
        for pair in try reader.pairs("OTEL_RESOURCE_ATTRIBUTES") ?? [] {
            if pair.key == "service.name" {
                serviceName = pair.value
            } else {
                resourceAttributes[pair.key] = .string(pair.value)
            }
        }
        serviceName = reader.text("OTEL_SERVICE_NAME") ?? serviceName
    }

    private mutating func readExport(_ reader: EnvironmentReader) throws(ConfigurationError) {
        for name in ["", "TRACES_", "LOGS_", "METRICS_"].map({ "OTEL_EXPORTER_OTLP_\($0)PROTOCOL" }) {
            guard let transport = reader.text(name), transport != "http/protobuf" else { continue }
            throw .unavailable(
                variable: name, value: transport,
                reason: "this version speaks http/protobuf; unset it, or use a collector's OTLP/HTTP port (4318)")
        }
        if let http = try httpExport(reader) {
            export = .http(http)
            return
        }
        var file = File()
        file.path = reader.text("SAGASCOPE_FILE") ?? file.path
        file.maximumBytes = try reader.count("SAGASCOPE_FILE_MAX_BYTES", in: 1...Int.max) ?? file.maximumBytes
        file.keptFiles = try reader.count("SAGASCOPE_FILE_KEEP", in: 0...1000) ?? file.keptFiles
        export = file.path == "none" ? .none : .file(file)
    }

    /// nil without any endpoint.
    private func httpExport(_ reader: EnvironmentReader) throws(ConfigurationError) -> OTLPHTTPConfiguration? {
        let base = "OTEL_EXPORTER_OTLP_ENDPOINT"
        let specific = ["TRACES", "LOGS", "METRICS"].map { "OTEL_EXPORTER_OTLP_\($0)_ENDPOINT" }
        let names = [base] + specific
        guard names.contains(where: { reader.text($0) != nil }) else { return nil }
        for name in names {
            if let url = reader.text(name), !url.hasPrefix("http://"), !url.hasPrefix("https://") {
                throw reader.invalid(name, url.withoutCredentials)
            }
        }
        let headers = try reader.pairs("OTEL_EXPORTER_OTLP_HEADERS") ?? []
        var http = OTLPHTTPConfiguration(endpoint: reader.text(base) ?? "http://localhost:4318")
        func read(_ signal: String, _ endpoint: inout OTLPHTTPConfiguration.Endpoint) throws(ConfigurationError) {
            if let url = reader.text("OTEL_EXPORTER_OTLP_\(signal)_ENDPOINT") { endpoint.url = url }
            let own = try reader.pairs("OTEL_EXPORTER_OTLP_\(signal)_HEADERS") ?? []
            let general = headers.filter { header in !own.contains { $0.key.lowercased() == header.key.lowercased() } }
            endpoint.headers = (own + general).map { (name: $0.key, value: $0.value) }
            endpoint.timeout = try reader.milliseconds("OTEL_EXPORTER_OTLP_\(signal)_TIMEOUT")
            endpoint.compression = try compression(reader, "OTEL_EXPORTER_OTLP_\(signal)_COMPRESSION")
        }
        try read("TRACES", &http.traces)
        try read("LOGS", &http.logs)
        try read("METRICS", &http.metrics)
        http.timeout = try reader.milliseconds("OTEL_EXPORTER_OTLP_TIMEOUT") ?? http.timeout
        http.compression = try compression(reader, "OTEL_EXPORTER_OTLP_COMPRESSION") ?? http.compression
        return http
    }

    private func compression(
        _ reader: EnvironmentReader, _ name: String
    ) throws(ConfigurationError) -> OTLPHTTPConfiguration.Compression? {
        guard let text = reader.text(name) else { return nil }
        guard let compression = OTLPHTTPConfiguration.Compression(rawValue: text) else {
            throw reader.invalid(name, text)
        }
        return compression
    }

    private mutating func readPipeline(_ reader: EnvironmentReader) throws(ConfigurationError) {
        pipeline.spanDelay = try reader.milliseconds("OTEL_BSP_SCHEDULE_DELAY") ?? pipeline.spanDelay
        pipeline.batchLimit = try reader.count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE") ?? pipeline.batchLimit
        pipeline.exportTimeout = try reader.milliseconds("OTEL_BSP_EXPORT_TIMEOUT") ?? pipeline.exportTimeout
        pipeline.eventDelay = try reader.milliseconds("OTEL_BLRP_SCHEDULE_DELAY") ?? pipeline.eventDelay
        pipeline.metricInterval = try reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL") ?? pipeline.metricInterval
        pipeline.metricTimeout = try reader.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT") ?? pipeline.metricTimeout
        pipeline.shutdownTimeout = try reader.milliseconds("SAGASCOPE_SHUTDOWN_TIMEOUT") ?? pipeline.shutdownTimeout
        // A queued record takes up to 512 bytes; rings take powers of two up to 1 GiB.
        let queue = 1...(1 << 21)
        if let spans = try reader.count("OTEL_BSP_MAX_QUEUE_SIZE", in: queue) { pipeline.spanRingBytes = spans * 512 }
        if let events = try reader.count("OTEL_BLRP_MAX_QUEUE_SIZE", in: queue) {
            pipeline.eventRingBytes = events * 512
        }
    }
}

extension String {
    /// The text from the last `@` on: before it may stand `user:password`.
    fileprivate var withoutCredentials: String {
        guard let at = lastIndex(of: "@") else { return self }
        return "…" + self[at...]
    }
}
