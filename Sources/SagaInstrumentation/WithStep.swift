import CSagascope
import SagaTasks
import SagaTelemetry

/// Runs `body` as one attempt of a step: a span, the step's name in everything recorded inside, its duration and outcome.
///
/// ```swift
/// for attempt in 1...3 {
///     do { return try await withStep("charge-card", attempt: attempt) { try await payment.charge(order) } }
///     catch where attempt < 3 { try await Task.sleep(for: .milliseconds(100 << attempt)) }
/// }
/// ```
/// Outside a saga it is a plain span. Result, error, priority and isolation are the body's own.
///
/// - Parameters:
///   - name: of few different values; a name that occurs again in a run is a further step.
///   - attempt: 2, 3, … for a retry, which is linked to the attempt before. Back-off belongs outside.
public func withStep<Value, Failure: Error>(
    _ name: String, attempt: Int = 1, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    guard let run = SagaRun.current else { return try await withPlainStep(name, body) }
    let parent = TraceContext.active ?? run.trace
    let place = run.begin(name, attempt: attempt, kind: .step)
    let instruments = run.instruments.step(name)
    let context = TraceContext.starting(place.span, below: parent)
    var span = TraceSpan(instruments.spanName, kind: .internal, context: context, parent: parent)
    run.describe(&span, step: name, place, attempt: attempt)
    let started = sgs_monotonic_ns()

    let (result, error) = await run.inStep(name, attempt: attempt, trace: context) {
        let result = await outcome(of: body)
        let error = result.failure.map { ErrorClassification($0) }
        // Under its span: an exemplar of the duration leads to this attempt.
        instruments.record(sgs_monotonic_ns() &- started, error)
        return (result, error)
    }

    run.noteProgress()
    run.report(step: name, attempt: attempt, error, since: place.reports, in: context)
    if let error { span.set("error.type", error.errorType) }
    span.end(error.map { .error($0.message) } ?? .unset)
    return try result.get()
}

private func withPlainStep<Value, Failure: Error>(
    _ name: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await withTraceSpan("step \(name)") { (span: inout TraceSpan) async throws(Failure) -> Value in
        span.set("saga.step.name", name)
        return try await body()
    }
}

extension SagaRun {
    fileprivate func describe(_ span: inout TraceSpan, step: String, _ place: Place, attempt: Int) {
        guard span.isRecording else { return }
        span.set("saga.name", saga)
        span.set("saga.run.id", idText)
        span.set("saga.step.name", step)
        span.set("saga.step.index", place.index)
        span.set("saga.step.attempt", attempt)
        if let previous = place.previous {
            let before = TraceContext(traceID: trace.traceID, spanID: previous, flags: trace.flags)
            span.addLink(TraceSpan.Link(before, attributes: ["saga.link.type": "retries"]))
        }
    }

    fileprivate func report(
        step: String, attempt: Int, _ error: ErrorClassification?, since reports: Int, in context: TraceContext
    ) {
        if let error {
            reportException(error, step: step, since: reports, in: context)
            return
        }
        TelemetryEvent.emit(EventCatalogue.stepCommitted, context: context) { event in
            event.set("saga.name", saga)
            event.set("saga.step.name", step)
            event.set("saga.step.attempt", attempt)
        }
    }
}
