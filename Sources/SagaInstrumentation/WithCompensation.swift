import CSagascope
import SagaTasks
import SagaTelemetry

/// Runs `body` as the compensation of a step: a span that is linked to the attempt it undoes, its duration and outcome.
///
/// ```swift
/// } catch {
///     try await withCompensation("reserve-stock", reason: "\(error)") { try await stock.release(order) }
///     throw error
/// }
/// ```
/// A run that ends after its compensations has the result `compensated`, or `compensation_failed` when one of them threw.
/// Cancellation reaches the body as everywhere: shield what must not be cut short.
///
/// - Parameters:
///   - step: the step's name, as `withStep` was given it.
///   - reason: why, for people; not a label.
public func withCompensation<Value, Failure: Error>(
    _ step: String, reason: String? = nil, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    guard let run = SagaRun.current else {
        return try await withTraceSpan("compensate \(step)") { (_: inout TraceSpan) async throws(Failure) -> Value in
            try await body()
        }
    }
    let parent = TraceContext.active ?? run.trace
    let place = run.begin(step, attempt: 1, kind: .compensation)
    let context = TraceContext.starting(place.span, below: parent)
    var span = TraceSpan("compensate \(step)", kind: .internal, context: context, parent: parent)
    run.describe(&span, compensationOf: step, place, reason)
    let started = sgs_monotonic_ns()
    run.beginCompensation(of: step, reason, in: context)

    let (result, error) = await run.inStep(step, trace: context) {
        let result = await outcome(of: body)
        let error = result.failure.map { ErrorClassification($0) }
        run.instruments.recordCompensation(sgs_monotonic_ns() &- started, step: step, errorType: error?.errorType)
        return (result, error)
    }

    run.endCompensation(of: step, failed: error != nil)
    if let tracker = run.tracker { tracker.noteCompensated(tracker.scope(ofStep: step)) }
    if let error {
        run.reportException(error, step: step, since: place.reports, in: context)
        span.set("error.type", error.errorType)
    }
    span.end(error.map { .error($0.message) } ?? .unset)
    return try result.get()
}

extension SagaRun {
    fileprivate func describe(_ span: inout TraceSpan, compensationOf step: String, _ place: Place, _ reason: String?) {
        guard span.isRecording else { return }
        span.set("saga.name", saga)
        span.set("saga.run.id", idText)
        span.set("saga.step.name", step)
        span.set("saga.compensation.order", place.index)
        if let reason { span.set("saga.compensation.reason", reason) }
        if let undone = lastAttempt(of: step) {
            let attempt = TraceContext(traceID: trace.traceID, spanID: undone, flags: trace.flags)
            span.addLink(TraceSpan.Link(attempt, attributes: ["saga.link.type": "compensates"]))
        }
    }

    fileprivate func beginCompensation(of step: String, _ reason: String?, in context: TraceContext) {
        beginCompensation()
        TelemetryEvent.emit(EventCatalogue.compensationStarted, severity: .warn, context: context) { event in
            event.set("saga.name", saga)
            event.set("saga.step.name", step)
            if let reason { event.set("saga.compensation.reason", reason) }
        }
    }
}
