import CSagascope
import Logging
public import ServiceLifecycle
import Synchronization

/// From the rings and the registry to the exporter: batches spans, sends events early, pushes metrics on a timer.
///
/// One pipeline a process at a time, since the rings are the process's. Recording is on from ``start()`` to the beginning of
/// ``shutdown(timeout:)``. Everything it does is bounded in memory (the rings) and time (the options' timeouts).
public final class TelemetryPipeline: Service {
    private let exporter: any TelemetryExporter
    private let options: PipelineOptions
    private let spans: SignalProcessor
    private let logs: SignalProcessor
    private let metrics: MetricReader
    private let state = Mutex(State.idle)

    private enum State {
        case idle
        case running([Task<Void, Never>])
        case stopping(Task<FlushReport, Never>)
    }

    public init(
        exporter: any TelemetryExporter, registry: MetricRegistry = .shared,
        options: PipelineOptions = PipelineOptions()
    ) {
        self.exporter = exporter
        self.options = options
        sgs_configure_rings(UInt64(max(0, options.spanRingBytes)), UInt64(max(0, options.eventRingBytes)))
        let timeout = options.exportTimeout
        spans = SignalProcessor(.spans, delay: options.spanDelay, batchLimit: options.batchLimit) { batch in
            await Self.bounded(timeout) { await exporter.export(spans: batch) }
        }
        logs = SignalProcessor(.logs, delay: options.eventDelay, batchLimit: options.batchLimit) { batch in
            await Self.bounded(timeout) { await exporter.export(logs: batch) }
        }
        let metricTimeout = options.metricTimeout
        metrics = MetricReader(
            registry, interval: options.metricInterval, temporality: options.metricTemporality
        ) { snapshot in
            await Self.bounded(metricTimeout) { await exporter.export(metrics: snapshot) }
        }
    }

    /// An exporter that is cut off by the timeout, not by a shutdown, has run out of tries.
    private static func bounded(
        _ limit: Duration, _ export: @escaping @Sendable () async -> ExportOutcome
    ) async -> ExportOutcome {
        var (outcome, expired) = await withDeadline(limit, export)
        if expired, let count = outcome.dropped.removeValue(forKey: .shutdown) {
            outcome.dropped[.retriesExhausted, default: 0] += count
        }
        return outcome
    }

    // MARK: life

    /// Begins to record and to export. Calling it again does nothing, nor does it while another pipeline runs: the log says
    /// so.
    public func start() {
        state.withLock { state in
            guard case .idle = state else { return }
            guard RunningPipeline.shared.begin(spans: spans, logs: logs) else {
                Diagnostics.logger.error(
                    "another pipeline records already; this one stays off until that one has stopped")
                return
            }
            // Detached: the pipeline shall not carry the task-locals of whoever started it for the rest of its life.
            let workers = [spans.run, logs.run, metrics.run].map { run in
                Task.detached(executorPreference: PipelineExecutor.shared) { await run() }
            }
            state = .running(workers)
        }
    }

    /// Runs until graceful shutdown or cancellation, then exports what is left, within the shutdown timeout.
    public func run() async throws {
        start()
        try? await gracefulShutdown()
        await shutdown()
    }

    /// Exports everything recorded so far, metrics included.
    /// - Parameter timeout: the longest it may take; the shutdown timeout by default.
    /// - Returns: what was exported and what was dropped, and why, while it ran. On cancellation it answers at once.
    @discardableResult
    public func forceFlush(timeout: Duration? = nil) async -> FlushReport {
        let before = statistics
        let isRunning = state.withLock { if case .running = $0 { true } else { false } }
        guard isRunning else { return report(since: before, true) }
        let done = await waitAtMost(timeout ?? options.shutdownTimeout) { [spans, logs, metrics] in
            async let spansDone: Void = spans.flush()
            async let logsDone: Void = logs.flush()
            async let metricsDone: Void = metrics.flush()
            _ = await (spansDone, logsDone, metricsDone)
        }
        return report(since: before, done)
    }

    /// Stops recording, exports what is left and closes the exporter; what time did not allow is counted as dropped.
    ///
    /// A caller that is cancelled gets the whole shutdown all the same, and one that comes later the answer of the first.
    /// - Parameter timeout: the longest that the last export may take; the shutdown timeout by default.
    @discardableResult
    public func shutdown(timeout: Duration? = nil) async -> FlushReport {
        let limit = timeout ?? options.shutdownTimeout
        let stopping = state.withLock { state -> Task<FlushReport, Never>? in
            switch state {
            case .idle: return nil
            case .stopping(let task): return task
            case .running(let workers):
                let task = Task.detached(executorPreference: PipelineExecutor.shared) {
                    await self.stop(workers, limit)
                }
                state = .stopping(task)
                return task
            }
        }
        return await stopping?.value ?? .empty
    }

    private func stop(_ workers: [Task<Void, Never>], _ limit: Duration) async -> FlushReport {
        let before = statistics
        sgs_set_recording(0)
        spans.wake(.stop)
        logs.wake(.stop)
        metrics.stop()
        let (_, expired) = await withDeadline(limit) {
            await withTaskCancellationHandler {
                for worker in workers { await worker.value }
            } onCancel: {
                for worker in workers { worker.cancel() }
            }
        }
        RunningPipeline.shared.end()
        let closed = await waitAtMost(limit) { [exporter] in await exporter.shutdown() }
        return report(since: before, !expired && closed)
    }

    // MARK: accounts

    public var statistics: PipelineStatistics {
        PipelineStatistics(spans: spans.statistics, logs: logs.statistics, metricPoints: metrics.statistics)
    }

    private func report(since before: PipelineStatistics, _ isComplete: Bool) -> FlushReport {
        let now = statistics
        return FlushReport(
            spans: now.spans.outcome(since: before.spans), logs: now.logs.outcome(since: before.logs),
            metricPoints: now.metricPoints.outcome(since: before.metricPoints), isComplete: isComplete)
    }
}

/// The one pipeline that records, and where the recording threads' wake-up call goes: a C function pointer has no context.
private final class RunningPipeline: Sendable {
    static let shared = RunningPipeline()
    private let processors = Mutex<(spans: SignalProcessor, logs: SignalProcessor)?>(nil)

    /// - Returns: false while another one runs.
    func begin(spans: SignalProcessor, logs: SignalProcessor) -> Bool {
        let isFirst = processors.withLock { processors in
            guard processors == nil else { return false }
            processors = (spans, logs)
            return true
        }
        guard isFirst else { return false }
        sgs_set_wake { RunningPipeline.shared.wake($0) }
        sgs_set_recording(1)
        return true
    }

    func end() {
        sgs_set_wake(nil)
        processors.withLock { $0 = nil }
    }

    private func wake(_ reason: Int32) {
        guard let (spans, logs) = processors.withLock({ $0 }) else { return }
        switch Int(reason) {
        case Int(SGS_SPANS_HALF_FULL): spans.wake(.urgent)
        case Int(SGS_EVENTS_HALF_FULL): logs.wake(.urgent)
        default: logs.wake(.waiting)
        }
    }
}
