import SagaTasks

/// Every bench by its name, in the order of the report. A bench is made when its turn comes.
enum Suite {
    struct Entry: Sendable {
        let name: String
        let make: @Sendable (Recorder) async throws -> any Bench
    }

    static let entries: [Entry] = [
        Entry(name: "span.record") { SpanRecord($0) },
        Entry(name: "span.leaf") { SpanLeaf($0, isMirrored: false) },
        Entry(name: "span.leaf.mirrored") { SpanLeaf($0, isMirrored: true) },
        Entry(name: "span.withspan") { SpanWithSpan($0) },
        Entry(name: "span.tracing") { SpanTracing($0) },
        Entry(name: "otlp.request512") { try await OTLPRequest($0) },
        Entry(name: "counter.add.1") { _ in CounterAdd(threads: 1) },
        Entry(name: "counter.add.2") { _ in CounterAdd(threads: 2) },
        Entry(name: "metrics.counter.1") { _ in MetricsCounter(threads: 1) },
        Entry(name: "metrics.counter.2") { _ in MetricsCounter(threads: 2) },
        Entry(name: "histogram.record.1") { _ in HistogramRecord(threads: 1) },
        Entry(name: "histogram.record.2") { _ in HistogramRecord(threads: 2) },
        Entry(name: "exponential.record.1") { _ in ExponentialRecord(threads: 1) },
        Entry(name: "exponential.record.2") { _ in ExponentialRecord(threads: 2) },
        Entry(name: "exponential.snapshot10k") { _ in ExponentialSnapshot() },
        Entry(name: "prometheus.page10k") { _ in PrometheusScrape() },
        Entry(name: "prometheus.snapshot10k") { _ in PrometheusSnapshot() },
        Entry(name: "prometheus.render10k") { _ in PrometheusRender() },
        Entry(name: "flight.note.off") { _ in FlightNote(isOn: false) },
        Entry(name: "flight.note.on") { _ in FlightNote(isOn: true) },
        Entry(name: "log.emit") { LogEmit($0) },
        Entry(name: "log.crc32c.128") { _ in LogChecksum(bytes: 128) },
        Entry(name: "log.crc32c.64k") { _ in LogChecksum(bytes: 64 << 10) },
        Entry(name: "log.view.update") { _ in try LogViewUpdate() },
        Entry(name: "log.snapshot.write") { _ in try LogSnapshot(.application, isWriting: true) },
        Entry(name: "log.snapshot.read") { _ in try LogSnapshot(.application, isWriting: false) },
        Entry(name: "log.snapshot.state.write") { _ in try LogSnapshot(.state, isWriting: true) },
        Entry(name: "log.snapshot.state.read") { _ in try LogSnapshot(.state, isWriting: false) },
        Entry(name: "saga.instrumented") { SagaInstrumented($0, isTracked: true) },
        Entry(name: "saga.instrumented.untracked") { SagaInstrumented($0, isTracked: false) },
        Entry(name: "task.transition.1k") { _ in try TaskTransition(live: 1_000) },
        Entry(name: "task.transition.100k") { _ in try TaskTransition(live: 100_000) },
        Entry(name: "task.transition.1m") { _ in try TaskTransition(live: 1_000_000) },
        Entry(name: "task.overhead.yield") { _ in TaskOverhead(.yield, mode: .observe) },
        Entry(name: "task.overhead.pingpong") { _ in TaskOverhead(.pingPong, mode: .observe) },
        Entry(name: "task.overhead.group") { _ in TaskOverhead(.group, mode: .observe) },
        Entry(name: "task.overhead.saga") { SagaOverhead($0, mode: .observe) },
        Entry(name: "task.overhead.yield.precise") { _ in TaskOverhead(.yield, mode: .precise) },
        Entry(name: "task.overhead.pingpong.precise") { _ in TaskOverhead(.pingPong, mode: .precise) },
        Entry(name: "task.overhead.group.precise") { _ in TaskOverhead(.group, mode: .precise) },
        Entry(name: "task.overhead.saga.precise") { SagaOverhead($0, mode: .precise) },
        Entry(name: "task.note") { _ in try RunNoteAdd() },
        Entry(name: "task.look100k") { _ in await TaskLook() },
        Entry(name: "task.failure.1k") { _ in try await FailureSnapshot(others: 1_000) },
        Entry(name: "task.failure.100k") { _ in try await FailureSnapshot(others: 100_000) },
        Entry(name: "task.dump100k") { _ in await TaskDumpBench() },
        Entry(name: "log.append.1") { _ in try LogAppend(tasks: 1, commits: 2_000, .raw) },
        Entry(name: "log.append.16") { _ in try LogAppend(tasks: 16, commits: 1_000, .raw) },
        Entry(name: "log.append.256") { _ in try LogAppend(tasks: 256, commits: 300, .raw) },
        Entry(name: "log.append.1024") { _ in try LogAppend(tasks: 1_024, commits: 100, .raw) },
        Entry(name: "log.append.1.reactor") { _ in try LogAppend(tasks: 1, commits: 2_000, .raw, onReactor: true) },
        Entry(name: "log.append.16.reactor") { _ in try LogAppend(tasks: 16, commits: 1_000, .raw, onReactor: true) },
        Entry(name: "log.append.256.reactor") { _ in try LogAppend(tasks: 256, commits: 300, .raw, onReactor: true) },
        Entry(name: "log.append.1024.reactor") { _ in
            try LogAppend(tasks: 1_024, commits: 100, .raw, onReactor: true)
        },
        Entry(name: "log.append.256.usual") { _ in try LogAppend(tasks: 256, commits: 2_000, .raw, isAsUsual: true) },
        Entry(name: "log.append.1.sqlite") { _ in try LogAppend(tasks: 1, commits: 2_000, .sqlite) },
        Entry(name: "log.append.nowait") { _ in try LogAppendNoWait() },
        Entry(name: "log.batch64") { _ in try LogBatch() },
        Entry(name: "log.replay") { _ in try await LogReplay(isCold: false) },
        Entry(name: "log.replay.cold") { _ in try await LogReplay(isCold: true) },
    ]
}
