import SagaRuntime
import SagaTelemetry

/// What a metric says of the series with these attributes, summed; nil when there is none. Other tests may count in others.
func metric(_ descriptor: MetricDescriptor, _ attributes: Attributes) -> Int? {
    let snapshot = MetricRegistry.shared.snapshot().metrics.first { $0.descriptor.name == descriptor.name }
    guard let snapshot else { return nil }
    func matches(_ series: Int) -> Bool {
        let found = snapshot.attributes(of: series)
        return attributes.pairs.allSatisfy { found[$0.key] == $0.value }
    }
    var values: [Int] = []
    switch snapshot.points {
    case .numbers(let points):
        for point in points where matches(point.series) {
            switch point.value {
            case .int(let value): values.append(Int(value))
            case .double(let value): values.append(Int(value))
            }
        }
    case .histograms(let points): for point in points where matches(point.series) { values.append(Int(point.count)) }
    case .exponential(let points): for point in points where matches(point.series) { values.append(Int(point.count)) }
    }
    return values.isEmpty ? nil : values.reduce(0, +)
}

/// A door that is shut until it is opened; cancellation does not open it.
final class Door: Sendable {
    private let stream: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    init() { (stream, opening) = AsyncStream.makeStream() }

    func open() { opening.finish() }

    /// Goes through when it is open, whether the task is cancelled or not. One task at a time.
    func pass() async {
        let stream = stream
        await Task.detached { for await _ in stream {} }.value
    }
}

/// Runs `body` as a step of a saga of this name, with no telemetry around it.
func inStep<Value>(_ step: String, of saga: String, _ body: () async throws -> Value) async rethrows -> Value {
    let trace = TraceContext(traceID: .random(), spanID: SpanID(1))
    let context = SagaContext(
        saga: saga, runID: trace.traceID, runAttempt: 1, step: step, stepAttempt: 1, trace: trace, run: nil)
    return try await SagaContext.$current.withValue(context) { try await body() }
}
