import CSagascope
public import ServiceLifecycle
import Synchronization

/// From the rings and the registry to the exporter: batches spans, sends events early, pushes metrics on a timer.
///
/// One pipeline a process at a time, since the rings are the process's. Recording is on from ``start()`` to the end of
/// ``shutdown()``. Everything it does is bounded in memory (the rings) and time (the options' timeouts).
public final class TelemetryPipeline: Service {
    private let exporter: any TelemetryExporter
    private let registry: MetricRegistry
    private let options: PipelineOptions
    private let clock: any Clock<Duration>
    private let spans: SignalProcessor
    private let logs: SignalProcessor
    private let metrics: MetricReader
    private let executor = PipelineExecutor()
    private let state = Mutex(State())

    private struct State {
        var workers: [Task<Void, Never>] = []
        var isStopped = false
    }

    public init(
        exporter: any TelemetryExporter, registry: MetricRegistry = .shared,
        options: PipelineOptions = PipelineOptions(),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.exporter = exporter
        self.registry = registry
        self.options = options
        self.clock = clock
        sgs_configure_rings(UInt64(options.spanRingBytes), UInt64(options.eventRingBytes))
        let timeout = options.exportTimeout
        let limit = options.batchLimit
        spans = SignalProcessor(.spans, delay: options.spanDelay, batchLimit: limit, clock: clock) { batch in
            await Self.bounded(timeout, clock) { await exporter.export(spans: batch) }
        }
        logs = SignalProcessor(.logs, delay: options.eventDelay, batchLimit: limit, clock: clock) { batch in
            await Self.bounded(timeout, clock) { await exporter.export(logs: batch) }
        }
        let metricTimeout = options.metricTimeout
        metrics = MetricReader(registry, interval: options.metricInterval, clock: clock) { snapshot in
            await Self.bounded(metricTimeout, clock) { await exporter.export(metrics: snapshot) }
        }
    }

    /// An exporter that is cut off by the timeout, not by a shutdown, has run out of tries.
    private static func bounded(
        _ limit: Duration, _ clock: any Clock<Duration>, _ export: @escaping @Sendable () async -> ExportOutcome
    ) async -> ExportOutcome {
        var (outcome, expired) = await withDeadline(limit, clock: clock, export)
        if expired, let count = outcome.dropped.removeValue(forKey: .shutdown) {
            outcome.dropped[.retriesExhausted, default: 0] += count
        }
        return outcome
    }

    // MARK: life

    /// Begins to record and to export. Calling it again does nothing.
    public func start() {
        state.withLock { state in
            guard state.workers.isEmpty, !state.isStopped else { return }
            WakeTarget.shared.set(spans: spans, logs: logs)
            sgs_set_wake { WakeTarget.shared.wake($0) }
            sgs_set_recording(1)
            state.workers = [
                Task(executorPreference: executor) { await self.spans.run() },
                Task(executorPreference: executor) { await self.logs.run() },
                Task(executorPreference: executor) { await self.metrics.run() },
            ]
        }
    }

    /// Runs until graceful shutdown or cancellation, then exports what is left, within the shutdown timeout.
    public func run() async throws {
        start()
        try? await gracefulShutdown()
        // A task of its own: this one may be cancelled, and what is recorded shall still leave.
        _ = await Task { await self.shutdown() }.value
    }

    /// Exports everything recorded so far, metrics included.
    /// - Parameter timeout: the longest it may take; the shutdown timeout by default.
    /// - Returns: what was exported and what was dropped, and why, while it ran. On cancellation it answers at once.
    @discardableResult
    public func forceFlush(timeout: Duration? = nil) async -> FlushReport {
        let before = statistics
        guard state.withLock({ !$0.workers.isEmpty && !$0.isStopped }) else { return report(since: before, true) }
        let done = await waitAtMost(timeout ?? options.shutdownTimeout, clock: clock) { [spans, logs, metrics] in
            async let spansDone: Void = spans.flush()
            async let logsDone: Void = logs.flush()
            async let metricsDone: Void = metrics.flush()
            _ = await (spansDone, logsDone, metricsDone)
        }
        return report(since: before, done)
    }

    /// Stops recording, exports what is left and closes the exporter; what time did not allow is counted as dropped.
    @discardableResult
    public func shutdown(timeout: Duration? = nil) async -> FlushReport {
        let before = statistics
        let workers = state.withLock { state -> [Task<Void, Never>] in
            guard !state.isStopped else { return [] }
            state.isStopped = true
            return state.workers
        }
        guard !workers.isEmpty else { return report(since: before, true) }
        sgs_set_recording(0)
        for processor in [spans, logs] { processor.wake(.stop) }
        metrics.stop()
        let (_, expired) = await withDeadline(timeout ?? options.shutdownTimeout, clock: clock) {
            await withTaskCancellationHandler {
                for worker in workers { await worker.value }
            } onCancel: {
                for worker in workers { worker.cancel() }
            }
        }
        sgs_set_wake(nil)
        await exporter.shutdown()
        return report(since: before, !expired)
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

/// Where the recording threads' wake-up call goes: a C function pointer has no context.
private final class WakeTarget: Sendable {
    static let shared = WakeTarget()
    private let processors = Mutex<(spans: SignalProcessor, logs: SignalProcessor)?>(nil)

    func set(spans: SignalProcessor, logs: SignalProcessor) { processors.withLock { $0 = (spans, logs) } }

    func wake(_ reason: Int32) {
        guard let (spans, logs) = processors.withLock({ $0 }) else { return }
        switch Int(reason) {
        case Int(SGS_SPANS_HALF_FULL): spans.wake(.urgent)
        case Int(SGS_EVENTS_HALF_FULL): logs.wake(.urgent)
        default: logs.wake(.waiting)
        }
    }
}
