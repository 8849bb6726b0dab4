import Foundation
import SagaInstrumentation
import SagaTasks
import SagaTelemetry
import Synchronization
import TaskInspection
import TestSupport
import Testing

@testable import SagaLog
@testable import SagaRuntime
@testable import sagascope_reference

/// The tables of spans and events against what a run really records.
struct RecordedAttributesTests {
    struct Declined: Error {}

    /// Suspends the task until an event has told that it is blocked.
    private func untilBlockedIsTold(_ recording: Recording) async throws {
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        let watch = Task.detached {
            defer { end.finish() }
            _ = try await eventually("the blocked task is told of") {
                let logs = try await recording.exported().logs(named: EventCatalogue.stepBlocked)
                return logs.contains { $0["saga.task.name"] == .string("charge") } ? true : nil
            }
        }
        for await _ in stream {}
        try await watch.value
    }

    /// A run that leaves two tasks behind, which wait for each other for ever.
    private func untilOrphansAreTold(_ recording: Recording) async throws {
        let (others, give) = AsyncStream.makeStream(of: Task<Void, Never>.self)
        await withSaga("orphans") {
            await withStep("spawn") {
                let first = SagaTask("first") { for await other in others { await other.value } }
                give.yield(SagaTask("second") { await first.value }.task)
            }
        }
        _ = try await eventually("the orphans are told of") {
            let exported = try await recording.exported()
            let cycles = exported.logs(named: EventCatalogue.taskWarning).filter { $0["saga.task.cycle"] != nil }
            let orphans = exported.logs(named: EventCatalogue.taskOrphaned).filter { $0["saga.task.stack"] != nil }
            return cycles.isEmpty || orphans.isEmpty ? nil : true
        }
    }

    /// A log whose end is torn, one that is damaged, and one that cannot go on.
    private func untilALogHasHadItsFaults() async throws {
        try await withTemporaryDirectory { directory in
            var options = SagaLogOptions()
            (options.segmentBytes, options.reserveBytes) = (1 << 20, 256 << 10)
            let path = directory.path + "/log"
            let segment = URL(fileURLWithPath: path + "/0000000000000001.segment")
            let log = try SagaLog.open(path, options: options)
            for _ in 0..<3 { try await log.run(.random()).commit(.note, name: "n") }
            log.close()
            var bytes = try Data(contentsOf: segment)
            let end = (bytes.lastIndex { $0 != 0 } ?? 0) / 8 * 8 + 8
            bytes.replaceSubrange(end..<end + 8, with: [1, 2, 3, 4, 5, 6, 7, 8])
            try bytes.write(to: segment)
            try SagaLog.open(path, options: options).close()
            bytes = try Data(contentsOf: segment)
            bytes[4200] ^= 1
            try bytes.write(to: segment)
            #expect(throws: SagaLogError.self) { _ = try SagaLog.open(path, options: options) }

            // A disk that fails is for the tests of faults.
            LogInstruments.poisoned(.poisoned(operation: "sync", code: EIO), directory: path)
        }
    }

    /// A step that does not end in time and holds something, and one whose calls fail for a while.
    private func untilTheRuntimeHasHadItsFaults() async throws {
        let clock = RuntimeClock()
        let table = ResourceTable(saga: "faults", run: "1", clock: clock)
        let breaker = try CircuitBreaker(
            saga: "faults", step: "call", policy: CircuitBreakerPolicy(window: 1, minimumCalls: 1, probes: 1))
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        await withSaga("faults") {
            await withStep("call") {
                _ = table.lease("connection") { throw Declined() }
                await #expect(throws: DeadlineExceeded.self) {
                    try await withDeadline(clock.instant(after: .milliseconds(1)), clock: clock) {
                        await Task.detached { for await _ in stream {} }.value
                    }
                }
            }
        }
        end.finish()
        #expect(await table.close(grace: .seconds(60)).count == 1)
        for (time, success) in [(0, false), (.max, true)] as [(UInt64, Bool)] {
            guard case .allowed(let permit) = breaker.admit(now: time) else { continue }
            breaker.record(permit, success: success, now: time)
        }
    }

    /// Runs of a coordinator that end badly, and are taken over by another one.
    private func untilTheCoordinatorHasHadItsFaults() async throws {
        let log = MemoryLog()
        var options = CoordinatorOptions()
        options.compensationRetry = .none
        options.shutdownTimeout = .zero
        let saga = try Saga("coordinated", version: 3, input: Int.self) {
            Step("stubborn") { _ in
            } compensate: { _ in
                throw Declined()
            }
            Step("declines") { _ in throw Declined() }.retry(.none).notCompensated(because: "a test")
        }
        let current = Mutex<SagaCoordinator?>(nil)
        let cancelled = try Saga("cancelled", input: Int.self) {
            Step("cancels") { try current.withLock(\.self)?.cancel($0.call.run) }.notCompensated(because: "a test")
            Step("never") { _ in }.notCompensated(because: "a test")
        }
        let first = try SagaCoordinator(
            log: MemoryStore(log, death: .after(2)), sagas: [saga], options: options)
        _ = try? await first.run(saga, id: "left", input: 1)
        log.force(LogEntry(.runStarted, sequence: 0, name: "coordinated", payload: [1]), run: .random())
        let second = try SagaCoordinator(log: MemoryStore(log), sagas: [saga, cancelled], options: options)
        current.withLock { $0 = second }
        #expect(try await second.run(saga, id: "left", input: 1).result == .compensationFailed)
        #expect(try await second.run(cancelled, id: "1", input: 1).result == .cancellation)
        await second.shutdown()
        current.withLock { $0 = nil }
    }

    /// A run in which everything happens that has an attribute.
    @Test func theTablesNameWhatARunRecords() async throws {
        let exported = try await withRecording(tracking: .reportingAfter(.milliseconds(1))) { recording in
            let thresholds = TaskTracking.thresholds
            TaskTracking.thresholds.waitCycle = .milliseconds(1)
            defer { TaskTracking.thresholds = thresholds }
            let monitor = Task { await RunMonitor(period: .milliseconds(5)).run() }
            try? await withSaga("everything", id: "1") {
                await withStep("reserve") {}
                do {
                    try await withStep("parallel") {
                        try await withSagaTaskGroup { group in
                            group.addTask("charge") {
                                try await untilBlockedIsTold(recording)
                                throw Declined()
                            }
                        }
                    }
                } catch {
                    try await withCompensation("reserve", reason: "declined") { throw error }
                }
            }
            try await untilARunHasDrifted()
            try await untilOrphansAreTold(recording)
            try await untilALogHasHadItsFaults()
            try await untilTheRuntimeHasHadItsFaults()
            try await untilTheCoordinatorHasHadItsFaults()
            monitor.cancel()
            await monitor.value
            return try await recording.exported()
        }
        for span in SpanReference.all {
            let recorded = exported.spans.filter { $0.name.split(separator: " ").first ?? "" == span.name }
            #expect(Set(recorded.flatMap(\.keys)) == Set(span.attributes), "span \(span.name)")
        }
        // Nothing but the monitor sends heartbeats, the first after five seconds.
        for event in EventReference.all where event.name != EventCatalogue.runHeartbeat {
            let recorded = exported.logs(named: event.name)
            let keys = recorded.flatMap { $0.attributes ?? [] }.map(\.key)
            #expect(Set(keys) == Set(event.attributes), "event \(event.name)")
            #expect(recorded.allSatisfy { $0.severityNumber == Int(event.severity.rawValue) })
        }
    }
}
