import Foundation
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

/// `created = exported + rejected + dropped{reason} + in flight`, at every instant.
struct ConservationTests {
    /// A thread looks all the time while others record faster than is exported and rings overflow. What the recording
    /// threads and the exporter have counted themselves is the judge: each account lies between what was certain before the
    /// look and what was possible after it.
    @Test func everyRecordIsInOnePlaceAtEveryInstant() async throws {
        var options = PipelineOptions()
        options.spanDelay = .milliseconds(1)
        options.eventDelay = .milliseconds(1)
        options.metricInterval = .milliseconds(1)
        options.spanRingBytes = 1 << 17
        options.eventRingBytes = 1 << 17
        let registry = MetricRegistry()
        let counter = registry.counter(MetricDescriptor("test.storm", .counter, unit: "1", "Storm."))
        let exporter = CapriciousExporter()
        try await withRecording(options: options, registry: registry, exporter: exporter) { recording in
            let storm = Storm()
            let watcher = Watcher(recording.pipeline, storm, exporter)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask { storm.record(30_000, counter) }
                }
            }
            let (looks, faults) = watcher.stop()
            #expect(looks > 100)
            #expect(faults.isEmpty, "\(faults.prefix(5))")
            await recording.pipeline.shutdown()
            let last = recording.pipeline.statistics
            for signal in [last.spans, last.logs, last.metricPoints] {
                #expect(signal.isBalanced && signal.inFlight == 0)
                #expect(signal.rejected > 0 && signal.dropped[.refused, default: 0] > 0)
            }
            #expect(last.spans.created == 90_000 && last.logs.created == 90_000)
            #expect(last.spans.dropped[.queueFull, default: 0] > 0)
            let given = exporter.given
            #expect(last.spans.created - last.spans.dropped[.queueFull, default: 0] == given.spans)
            #expect(last.logs.created - last.logs.dropped[.queueFull, default: 0] == given.logs)
            #expect(last.metricPoints.created == given.points)
        }
    }

    /// 2 threads × 100,000 spans while nothing leaves: the rings' bytes hold what they hold, and every other span is
    /// counted, to the last one.
    @Test func aBurstStaysWithinTheRingsBytesWithExactDropCounts() async throws {
        var options = PipelineOptions()
        options.spanRingBytes = 1 << 20
        let gate = GatedExporter()
        try await withRecording(options: options, exporter: gate) { recording in
            let before = residentBytes()
            await withTaskGroup(of: Void.self) { group in
                for thread in 0..<2 {
                    group.addTask { await burst(100_000, "burst \(thread)") }
                }
            }
            let growth = residentBytes() - before
            let spans = recording.pipeline.statistics.spans
            #expect(spans.isBalanced && spans.created == 200_000 && spans.exported == 0)
            let dropped = spans.dropped[.queueFull, default: 0]
            #expect(spans.dropped == [.queueFull: dropped] && dropped + spans.queued + spans.exporting == 200_000)
            // A record takes its length, eight bytes of head and padding: no less than 80 bytes of a megabyte.
            #expect(spans.queued <= 2 * (1 << 20) / 80 && spans.exporting <= 512)
            #expect(growth < 2 * ((1 << 20) + (64 << 10)) + (4 << 20), "grew by \(growth) bytes")
            gate.open()
            #expect(await recording.pipeline.forceFlush(timeout: .seconds(60)).isComplete)
            let last = recording.pipeline.statistics.spans
            #expect(last.exported == 200_000 - dropped && gate.given == last.exported && last.inFlight == 0)
        }
    }

    /// An exporter that does not answer for each record does not make records vanish.
    @Test(arguments: [
        (ExportOutcome(exported: 3), [DropReason.unreported: 7]),
        (ExportOutcome(exported: 6, rejected: 6), [:]),
        (ExportOutcome(exported: 4, dropped: [.refused: 9]), [.unreported: 6]),
    ])
    func whatAnExporterLeavesOutIsCounted(answer: ExportOutcome, dropped: [DropReason: Int]) async throws {
        try await withRecording(exporter: FixedAnswer(answer)) { recording in
            for _ in 0..<10 { TraceSpan("span", parent: nil).end() }
            await recording.pipeline.forceFlush()
            let spans = recording.pipeline.statistics.spans
            #expect(spans.isBalanced && spans.inFlight == 0 && spans.created == 10)
            #expect(spans.dropped == dropped)
        }
    }

    /// A thread that has recorded before takes the size that the next pipeline configures.
    @Test func ringsTakeTheirNewSize() async throws {
        let thread = RecordingThread()
        func dropped(_ bytes: Int) async throws -> Int {
            var options = PipelineOptions()
            options.spanRingBytes = bytes
            let gate = GatedExporter()
            return try await withRecording(options: options, exporter: gate) { recording in
                await thread.record(6_000)
                let spans = recording.pipeline.statistics.spans
                gate.open()
                #expect(spans.isBalanced && spans.created == 6_000)
                #expect(await recording.pipeline.forceFlush(timeout: .seconds(60)).isComplete)
                return spans.dropped[.queueFull, default: 0]
            }
        }
        try await #expect(dropped(1 << 17) > 0)
        try await #expect(dropped(4 << 20) == 0)
        try await #expect(dropped(1 << 17) > 0)
        thread.stop()
    }

    @Test func openSpansAreLive() async throws {
        try await withRecording { recording in
            let before = recording.pipeline.statistics
            let first = TraceSpan("first", parent: nil)
            let second = TraceSpan("second", parent: first.context)
            let open = recording.pipeline.statistics
            second.end()
            first.end()
            let after = recording.pipeline.statistics
            #expect(open.liveSpans - before.liveSpans == 2 && after.liveSpans == before.liveSpans)
            #expect(after.startedSpans - before.startedSpans == 2)
        }
    }

    /// A pipeline that has stopped does not count what the next one does.
    @Test func accountsEndWithThePipeline() async throws {
        let first = try await withRecording { recording in
            TraceSpan("first", parent: nil).end()
            return recording.pipeline
        }
        try await withRecording { recording in
            for _ in 0..<5 { TraceSpan("second", parent: nil).end() }
            #expect(await recording.pipeline.forceFlush().spans == .exported(5))
            #expect(first.statistics.spans.created == 1 && first.statistics.spans.isBalanced)
        }
    }
}

/// Spans of about 100 bytes, on the thread that calls.
private func burst(_ count: Int, _ name: String) async {
    for number in 0..<count {
        var span = TraceSpan(name, parent: nil)
        span.set("number", Int64(number))
        span.end()
    }
}

/// Records on several threads, and counts before and after each record.
private final class Storm: Sendable {
    private let counts = Mutex((begun: 0, ended: 0))

    var begun: Int { counts.withLock { $0.begun } }
    var ended: Int { counts.withLock { $0.ended } }

    func record(_ count: Int, _ counter: BoundCounter) {
        for _ in 0..<count {
            counts.withLock { $0.begun += 1 }
            TraceSpan("storm", parent: nil).end()
            TelemetryEvent.emit("storm")
            counter.add()
            counts.withLock { $0.ended += 1 }
        }
    }
}

/// Compares the accounts with the judges' counts until it is stopped.
private final class Watcher: Sendable {
    private let isStopped = Mutex(false)
    private let done = DispatchSemaphore(value: 0)
    private let result = Mutex((looks: 0, faults: [String]()))

    init(_ pipeline: TelemetryPipeline, _ storm: Storm, _ exporter: CapriciousExporter) {
        Thread.detachNewThread { [self] in
            while !isStopped.withLock({ $0 }) {
                let (ended, answered) = (storm.ended, exporter.answered)
                let now = pipeline.statistics
                let (begun, given) = (storm.begun, exporter.given)
                var faults: [String] = []
                for (name, signal) in [("spans", now.spans), ("logs", now.logs), ("points", now.metricPoints)] {
                    let numbers = [signal.queued, signal.exporting, signal.exported, signal.rejected]
                    if !signal.isBalanced || numbers.contains(where: { $0 < 0 }) { faults.append("\(name): \(signal)") }
                }
                for (name, signal) in [("spans", now.spans), ("logs", now.logs)]
                where !(ended...max(ended, begun)).contains(signal.created) {
                    faults.append("\(name): \(signal.created) created, between \(ended) and \(begun)")
                }
                let settled = now.spans.exported + now.spans.rejected + now.spans.dropped[.refused, default: 0]
                // The pipeline hears of an answer after the exporter gave it, so only the upper bound is certain.
                if settled > given.spans { faults.append("spans: \(settled) settled of \(given.spans)") }
                if now.spans.exporting + settled < answered.spans {
                    faults.append("spans: \(answered.spans) answered, \(settled) settled")
                }
                result.withLock {
                    $0.looks += 1
                    $0.faults += faults
                }
            }
            done.signal()
        }
    }

    func stop() -> (looks: Int, faults: [String]) {
        isStopped.withLock { $0 = true }
        done.wait()
        return result.withLock { $0 }
    }
}

/// Takes some records, rejects one and refuses the rest of each batch, and counts what it was given.
private final class CapriciousExporter: TelemetryExporter {
    struct Counts {
        var spans = 0
        var logs = 0
        var points = 0
    }

    let destination = "a whim"
    private let counts = Mutex((given: Counts(), answered: Counts()))

    var given: Counts { counts.withLock { $0.given } }
    var answered: Counts { counts.withLock { $0.answered } }

    private func answer(_ count: Int, _ path: WritableKeyPath<Counts, Int>) -> ExportOutcome {
        counts.withLock {
            $0.given[keyPath: path] += count
            $0.answered[keyPath: path] += count
        }
        let half = count / 2
        let rejected = min(1, count - half)
        let rest = count - half - rejected
        return ExportOutcome(exported: half, rejected: rejected, dropped: rest == 0 ? [:] : [.refused: rest])
    }

    func export(spans: RecordBatch) async -> ExportOutcome { answer(spans.count, \.spans) }
    func export(logs: RecordBatch) async -> ExportOutcome { answer(logs.count, \.logs) }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome {
        // One point a snapshot: now rejected, now refused.
        let count = answer(metrics.pointCount, \.points)
        return given.points.isMultiple(of: 2) ? count : .dropped(metrics.pointCount, .refused)
    }
    func shutdown() async {}
}

/// Answers nothing before it is opened.
private final class GatedExporter: TelemetryExporter {
    let destination = "behind a gate"
    private let (gate, opening) = AsyncStream.makeStream(of: Void.self)
    private let count = Mutex(0)

    var given: Int { count.withLock { $0 } }

    func open() { opening.finish() }

    func export(spans: RecordBatch) async -> ExportOutcome {
        for await _ in gate {}
        count.withLock { $0 += spans.count }
        return .exported(spans.count)
    }
    func export(logs: RecordBatch) async -> ExportOutcome { .exported(logs.count) }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
    func shutdown() async {}
}

/// Says the same of every batch.
private struct FixedAnswer: TelemetryExporter {
    let destination = "an oracle"
    let answer: ExportOutcome

    init(_ answer: ExportOutcome) { self.answer = answer }

    func export(spans: RecordBatch) async -> ExportOutcome { answer }
    func export(logs: RecordBatch) async -> ExportOutcome { .exported(logs.count) }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
    func shutdown() async {}
}

/// One thread, and so one ring, for several pipelines.
private final class RecordingThread: Sendable {
    private let work = Mutex<[(count: Int, done: CheckedContinuation<Void, Never>)]>([])
    private let wake = DispatchSemaphore(value: 0)

    init() {
        Thread.detachNewThread { [self] in
            while true {
                wake.wait()
                guard let next = work.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
                for _ in 0..<next.count { TraceSpan("of one thread", parent: nil).end() }
                next.done.resume()
            }
        }
    }

    func record(_ count: Int) async {
        await withCheckedContinuation { done in
            work.withLock { $0.append((count, done)) }
            wake.signal()
        }
    }

    /// Nothing is left to do: the thread ends.
    func stop() { wake.signal() }
}

/// The process's resident memory, from the kernel's own account.
private func residentBytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = status.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
