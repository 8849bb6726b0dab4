import SagaTelemetry
import TestSupport
import Tracing

/// Records under other options than the defaults, which come back afterwards.
func withTracing<Result: Sendable>(
    _ options: TracingOptions, _ body: @Sendable (Recording) async throws -> Result
) async throws -> Result {
    try await withRecording { recording in
        TracingOptions.current = options
        defer { TracingOptions.current = TracingOptions() }
        return try await body(recording)
    }
}

extension TracingOptions {
    static func with(_ change: (inout TracingOptions) -> Void) -> TracingOptions {
        var options = TracingOptions()
        change(&options)
        return options
    }
}

/// Headers in a dictionary, for instrumentation libraries' side of the API.
struct Headers: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
}

/// What would be sent under a context.
func headers(under context: ServiceContext?) -> [String: String] {
    var headers: [String: String] = [:]
    Propagation.inject(context) { headers[$0] = $1 }
    return headers
}
