import Foundation
import Logging
import SagaTelemetry
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

struct PipelineTests {
    @Test func aFlushAnswersExactlyWhatWasExportedAndExportsNothingTwice() async throws {
        try await withRecording { recording in
            for _ in 0..<1300 { TraceSpan("span", parent: nil).end() }
            for _ in 0..<7 { TelemetryEvent.emit("event") }
            let first = await recording.pipeline.forceFlush()
            #expect(first.isComplete)
            #expect(first.spans == .exported(1300))
            // Events leave at once: some may have gone before the flush began.
            #expect(first.logs.exported <= 7 && first.logs.droppedTotal == 0)
            let second = await recording.pipeline.forceFlush()
            #expect(second.spans == ExportOutcome())
            #expect(second.logs == ExportOutcome())
            let exported = try await recording.exported()
            #expect(exported.spans.count == 1300)
            #expect(exported.logs.count == 7)
            #expect(Set(exported.spans.map(\.spanId)).count == 1300)
        }
    }

    @Test func aRingThatFillsUpWakesThePipeline() async throws {
        var options = PipelineOptions()
        options.spanDelay = .seconds(3600)
        try await withRecording(options: options) { recording in
            // More than half of a ring of a megabyte, at some 90 bytes each.
            for _ in 0..<9000 { TraceSpan("span with a longish name", parent: nil).end() }
            _ = try await eventually("spans exported without a flush") {
                recording.pipeline.statistics.spans.exported > 0 ? true : nil
            }
        }
    }

    @Test func eventsLeaveByThemselves() async throws {
        var options = PipelineOptions()
        options.eventDelay = .milliseconds(1)
        try await withRecording(options: options) { recording in
            for number in 1...3 {
                TelemetryEvent.emit("event")
                _ = try await eventually("event \(number) exported") {
                    recording.pipeline.statistics.logs.exported == number ? true : nil
                }
            }
        }
    }

    /// A thread that never stops recording uses up nobody else's turn: what was there when the flush began is out afterwards.
    @Test func aBusyThreadStarvesNoOther() async throws {
        let slow = SlowExporter()
        try await withRecording(exporter: slow) { recording in
            let stop = Mutex(false)
            let busy = Thread {
                while !stop.withLock({ $0 }) { TraceSpan("busy", parent: nil).end() }
            }
            busy.start()
            _ = try await eventually("the thread is busy") {
                recording.pipeline.statistics.spans.created > 2000 ? true : nil
            }
            await withCheckedContinuation { done in
                Thread.detachNewThread {
                    TraceSpan("quiet", parent: nil).end()
                    done.resume()
                }
            }
            let report = await recording.pipeline.forceFlush(timeout: .seconds(60))
            #expect(report.isComplete)
            #expect(slow.hasSeen("quiet"))
            stop.withLock { $0 = true }
        }
    }

    /// The cooperative pool is blocked to the last thread: telemetry still leaves.
    @Test func aStarvedPoolStopsNothing() async throws {
        try await withRecording { recording in
            let release = DispatchSemaphore(value: 0)
            let pool = ProcessInfo.processInfo.activeProcessorCount * 2
            let blocked = (0..<pool).map { _ in Task.detached { block(on: release) } }
            let seen = await withCheckedContinuation { answer in
                Thread.detachNewThread {
                    TelemetryEvent.emit("while starved")
                    // Nothing that suspends can wait here: the pool that would go on is what is blocked.
                    let deadline = Date().addingTimeInterval(30)
                    while recording.pipeline.statistics.logs.exported == 0, Date() < deadline { usleep(1000) }
                    let seen = recording.pipeline.statistics.logs.exported
                    for _ in 0..<pool { release.signal() }
                    answer.resume(returning: seen)
                }
            }
            #expect(seen == 1)
            for task in blocked { await task.value }
        }
    }

    @Test func aSpanThatEndsAfterTheShutdownIsCounted() async throws {
        try await withRecording { recording in
            let late = TraceSpan("late", parent: nil)
            await recording.pipeline.shutdown()
            late.end()
            let spans = recording.pipeline.statistics.spans
            #expect(spans.created == 1 && spans.dropped == [.shutdown: 1] && spans.inFlight == 0)
        }
        // The next pipeline has nothing of it.
        try await withRecording { recording in
            let spans = recording.pipeline.statistics.spans
            #expect(spans.created == 0 && spans.droppedTotal == 0)
            let exported = try await recording.exported()
            #expect(exported.spans.isEmpty)
        }
    }

    @Test func everyShutdownGivesTheSameAnswerAlsoToTheCancelled() async throws {
        try await withRecording { recording in
            for _ in 0..<100 { TraceSpan("span", parent: nil).end() }
            let callers = (0..<4).map { _ in Task { await recording.pipeline.shutdown() } }
            for caller in callers { caller.cancel() }
            for caller in callers {
                let report = await caller.value
                #expect(report.isComplete && report.spans.droppedTotal == 0)
            }
            #expect(recording.pipeline.statistics.spans.exported == 100)
        }
    }

    @Test func aSecondPipelineStaysOff() async throws {
        try await withRecording { recording in
            let second = TelemetryPipeline(exporter: CountingExporter(partial: false))
            second.start()
            TraceSpan("span", parent: nil).end()
            await second.shutdown()
            let exported = try await recording.exported()
            #expect(exported.spans.count == 1)
        }
    }

    /// Ten times what the rings hold while the exporter stands still: memory stays where it was, the rest is counted.
    @Test func tenTimesOverloadStaysInItsMemory() async throws {
        var options = PipelineOptions()
        options.spanRingBytes = 1 << 20
        let stuck = StuckExporter()
        try await withRecording(options: options, exporter: stuck) { recording in
            func burst() async {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            for number in 0..<30_000 {
                                var span = TraceSpan("overload", parent: nil)
                                span.set("number", Int64(number))
                                span.set("text", "some text that takes its place in the ring, as texts do")
                                span.end()
                            }
                        }
                    }
                }
            }
            await burst()  // touches every page that will ever be touched
            let before = residentBytes()
            await burst()
            let growth = residentBytes() - before
            #expect(growth < 8 << 20, "grew by \(growth) bytes")
            let spans = recording.pipeline.statistics.spans
            #expect(spans.created == 240_000)
            #expect(spans.dropped[.queueFull, default: 0] > 200_000)
            let report = await recording.pipeline.shutdown(timeout: .milliseconds(100))
            #expect(!report.isComplete)
            let last = recording.pipeline.statistics.spans
            #expect(last.inFlight == 0 && last.dropped[.shutdown, default: 0] > 0)
        }
    }

    @Test func aStuckExporterHoldsUpNeitherFlushNorShutdown() async throws {
        let stuck = StuckExporter()
        try await withRecording(exporter: stuck) { recording in
            for _ in 0..<10 { TraceSpan("span", parent: nil).end() }
            let flush = await recording.pipeline.forceFlush(timeout: .milliseconds(50))
            #expect(!flush.isComplete && flush.spans.exported == 0)
            let shutdown = await recording.pipeline.shutdown(timeout: .milliseconds(50))
            #expect(!shutdown.isComplete)
            #expect(shutdown.spans == .dropped(10, .shutdown))
            #expect(stuck.wasShutDown)
        }
    }

    @Test func aCancelledCallerGetsItsAnswerAtOnce() async throws {
        let stuck = StuckExporter()
        try await withRecording(exporter: stuck) { recording in
            TraceSpan("span", parent: nil).end()
            let flush = Task { await recording.pipeline.forceFlush(timeout: .seconds(3600)) }
            await stuck.began()
            flush.cancel()
            #expect(await !flush.value.isComplete)
            await recording.pipeline.shutdown(timeout: .milliseconds(10))
        }
    }

    @Test func theExportTimeoutIsTheExportersLastWord() async throws {
        var options = PipelineOptions()
        options.exportTimeout = .milliseconds(20)
        let stuck = StuckExporter()
        try await withRecording(options: options, exporter: stuck) { recording in
            TraceSpan("span", parent: nil).end()
            let flush = await recording.pipeline.forceFlush()
            #expect(flush.isComplete)
            #expect(flush.spans == .dropped(1, .retriesExhausted))
        }
    }

    @Test(arguments: [true, false]) func stopsWithTheLastExport(gracefully: Bool) async throws {
        try await withRecording { recording in
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: recording.pipeline)], logger: Logger(label: "test")))
            let running = Task { try await group.run() }
            TraceSpan("before the end", parent: nil).end()
            if gracefully { await group.triggerGracefulShutdown() } else { running.cancel() }
            _ = await running.result
            let exported = try ExportedTelemetry(file: recording.file)
            #expect(exported.spans.count == 1)
            // After the end nothing is recorded, and asking is harmless.
            TraceSpan("after the end", parent: nil).end()
            #expect(await recording.pipeline.forceFlush().isComplete)
            #expect(recording.pipeline.statistics.spans.created == 1)
        }
    }

    @Test func pushesMetricsOnATimerAndAtTheEnd() async throws {
        var options = PipelineOptions()
        options.metricInterval = .milliseconds(1)
        let registry = MetricRegistry()
        registry.counter(MetricDescriptor("test.pushed", .counter, unit: "1", "Pushed.")).add()
        try await withRecording(options: options, registry: registry) { recording in
            _ = try await eventually("two pushes") {
                recording.pipeline.statistics.metricPoints.exported >= 2 ? true : nil
            }
            let exported = try ExportedTelemetry(file: recording.file)
            #expect(exported.metricNames == ["test.pushed"])
        }
    }

    @Test func aRecordThatNoRingTakesIsCounted() async throws {
        try await withRecording { recording in
            var span = TraceSpan("large", parent: nil)
            for number in 0..<20 { span.set("key.\(number)", to: .string(String(repeating: "x", count: 10_000))) }
            span.end()
            let exported = try await recording.exported()
            // The attributes that did not fit are dropped, never the span.
            #expect(exported.span("large")?.droppedAttributesCount == 14)
        }
    }
}

/// Takes everything; with `partial`, refuses one record of each batch.
private final class CountingExporter: TelemetryExporter {
    let destination = "nowhere"
    let partial: Bool

    init(partial: Bool) { self.partial = partial }

    func export(spans: RecordBatch) async -> ExportOutcome {
        partial ? ExportOutcome(exported: spans.count - 1, rejected: 1) : .exported(spans.count)
    }
    func export(logs: RecordBatch) async -> ExportOutcome { .exported(logs.count) }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
    func shutdown() async {}
}

/// Takes its time, and remembers which spans it saw.
private final class SlowExporter: TelemetryExporter {
    let destination = "somewhere slow"
    private let bytes = Mutex<[UInt8]>([])

    func hasSeen(_ name: String) -> Bool { bytes.withLock { !$0.ranges(of: Array(name.utf8)).isEmpty } }

    func export(spans: RecordBatch) async -> ExportOutcome {
        bytes.withLock { $0 += spans.bytes }
        try? await Task.sleep(for: .milliseconds(2))
        return .exported(spans.count)
    }
    func export(logs: RecordBatch) async -> ExportOutcome { .exported(logs.count) }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
    func shutdown() async {}
}

private func block(on semaphore: DispatchSemaphore) { semaphore.wait() }

/// A destination that never answers; it notices cancellation, as the rules for exporters ask.
private final class StuckExporter: TelemetryExporter {
    let destination = "a black hole"
    private let shut = Mutex(false)
    private let (begun, begin) = AsyncStream.makeStream(of: Void.self)

    var wasShutDown: Bool { shut.withLock { $0 } }

    func began() async { for await _ in begun { return } }

    private func wait(_ count: Int) async -> ExportOutcome {
        begin.yield()
        try? await Task.sleep(for: .seconds(3600))
        return .dropped(count, .shutdown)
    }

    func export(spans: RecordBatch) async -> ExportOutcome { await wait(spans.count) }
    func export(logs: RecordBatch) async -> ExportOutcome { await wait(logs.count) }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
    func shutdown() async { shut.withLock { $0 = true } }
}

/// The process's resident memory, from the kernel's own account.
private func residentBytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = status.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
