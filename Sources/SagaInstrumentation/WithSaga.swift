import SagaTasks
public import SagaTelemetry

/// Runs `body` as one run of a saga: a run span, the saga's context for everything called inside, child tasks included,
/// and, while tracking is on, the times of every task.
///
/// ```swift
/// try await withSaga("checkout", id: order.id) {
///     try await withStep("reserve-stock") { try await stock.reserve(order) }
/// }
/// ```
/// The result, the error and its type, the priority and the isolation are the body's own. A task executor that the program
/// has chosen stays: such a run is not tracked. How the run ended becomes
/// `saga.result`; see ``SagaError`` for telling a business failure from a broken system.
///
/// - Parameters:
///   - name: the kind of saga; a label of its metrics, so of few different values.
///   - id: your own id of the run, such as an order number. Run id, trace id and span ids follow from it, so the same run
///     told of twice is one run. Without it the run id is random.
///   - attempt: 2, 3, … when the same run is tried again as a whole; each attempt has span ids of its own.
///   - kind: `.server` or `.consumer` where the saga is the entry of a request.
public func withSaga<Value, Failure: Error>(
    _ name: String, id: String? = nil, attempt: Int = 1, kind: TraceSpan.Kind = .internal,
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    try await withSagaRun(SagaRunLaunch(name, key: id, attempt: attempt, kind: kind), body)
}

/// How a run begins.
package struct SagaRunLaunch: Sendable {
    package var name: String
    package var key: String?
    package var attempt: Int
    package var kind: TraceSpan.Kind
    /// Of its definition, where it has one.
    package var version: Int?
    /// The span under which a process that is gone began the run. The trace goes on, with a link to it.
    package var resumes: TraceContext?

    package init(_ name: String, key: String?, attempt: Int = 1, kind: TraceSpan.Kind = .internal) {
        self.name = name
        self.key = key
        self.attempt = attempt
        self.kind = kind
    }
}

/// As ``withSaga(_:id:attempt:kind:isolation:_:)``, also for a run that is taken over.
package func withSagaRun<Value, Failure: Error>(
    _ launch: SagaRunLaunch, isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let parent = launch.resumes == nil ? TraceContext.active : nil
    let run = SagaRun(launch, parent: parent)
    var span = TraceSpan(run.instruments.spanName, kind: launch.kind, context: run.trace, parent: parent)
    run.describe(&span, launch)
    run.begin()
    LiveRuns.shared.insert(run)

    let (result, error, meaning, critical) = await withBound(run.context(trace: run.trace)) {
        let (result, critical) = await run.tracked(body)
        let error = result.failure.map { ErrorClassification($0) }
        let meaning = run.result(error)
        run.end(meaning, error)
        return (result, error, meaning, critical)
    }

    LiveRuns.shared.remove(run)
    if let error { run.reportException(error, since: 0, in: run.trace) }
    span.set("saga.result", meaning.rawValue)
    if let error { span.set("error.type", error.errorType) }
    critical?.describe(&span)
    span.end(error.map { .error($0.message) } ?? .unset)
    run.close()
    return try result.get()
}

extension SagaRun {
    fileprivate func describe(_ span: inout TraceSpan, _ launch: SagaRunLaunch) {
        guard span.isRecording else { return }
        span.set("saga.operation.name", "run")
        span.set("saga.name", saga)
        span.set("saga.run.id", idText)
        span.set("saga.run.attempt", attempt)
        if let key = launch.key { span.set("saga.run.key", key) }
        if let version = launch.version { span.set("saga.definition.version", version) }
        if let resumed = launch.resumes {
            span.addLink(TraceSpan.Link(resumed, attributes: ["saga.link.type": "resumes"]))
        }
    }

    /// Runs the body in the run's own task, on the executor of tracked tasks where there is one.
    fileprivate func tracked<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
    ) async -> (Result<Value, Failure>, CriticalTime?) {
        guard let tracker else { return (await outcome(of: body), nil) }
        let place = tracker.enter(span: trace)
        guard let executor = tracker.executor else { return (await looked(at: body), tracker.leave(place)) }
        return await withTaskExecutorPreference(executor) { (await looked(at: body), tracker.leave(place)) }
    }

    private func looked<Value, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, at body: () async throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        let result = await outcome(of: body)
        if let error = result.failure { lookAtFailure(leaving: ErrorClassification(error)) }
        return result
    }

    /// Tells of an error once, where it arose: an OTLP log record with `exception.*`.
    /// - Parameter step: in which it arose, or in whose compensation.
    func reportException(
        _ error: ErrorClassification, step: String? = nil, since reports: Int, in context: TraceContext
    ) {
        guard isNews(error, since: reports) else { return }
        if let step { lookAtFailure(error, step: step) }
        TelemetryEvent.emit(EventCatalogue.exception, severity: .error, context: context) { event in
            event.set("exception.type", error.errorType)
            event.set("exception.message", error.message)
            event.set("saga.name", saga)
        }
    }
}
