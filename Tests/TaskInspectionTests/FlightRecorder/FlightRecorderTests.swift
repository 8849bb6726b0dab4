import CSagascope
import Foundation
import SagaInstrumentation
import SagaTelemetry
import Synchronization
import TaskInspection
import TestSupport
import Testing

/// The recorder is one for the process, and other tests' tasks may be in a recording too: each test looks at its own tasks.
@Suite(.serialized, .flightRecorderAlone) struct FlightRecorderTests {
    private static let ids = Atomic<UInt64>(1 << 60)
    private let recorder = FlightRecorder.shared
    /// The first of a thousand ids that no other task has.
    private let first = Self.ids.add(1000, ordering: .relaxed).oldValue

    private func own(_ recording: FlightRecording) -> [FlightEvent] {
        recording.events.filter { (first..<first + 1000).contains($0.task) }
    }

    private static func note(
        _ kind: FlightEvent.Kind, _ task: UInt64, other: UInt64 = 0, label: UInt32 = 0, at time: UInt64? = nil
    ) {
        sgs_flight_note(kind.rawValue, task, other, label, time ?? sgs_recording_ns())
    }

    @Test func eventsComeBackAsTheyWereNoted() throws {
        try recorder.start()
        defer { recorder.stop() }
        let now = sgs_recording_ns()
        let other = UInt64.max - 7
        Self.note(.created, first, other: other, label: .max, at: now)
        Self.note(.ready, first, other: other, at: now + 1)
        Self.note(.running, first, label: 3, at: now + 2)
        Self.note(.warning, first, other: 9, label: 4, at: now + 3)
        Self.note(.blocked, first, label: 5, at: now + 3)
        Self.note(.ended, first, label: 6, at: now + 4)

        let recording = recorder.events()
        let events = own(recording)
        let start = sgs_unix_from_monotonic(now)
        let thread = try #require(events.first?.thread)
        #expect(
            events == [
                FlightEvent(time: start, .created, task: first, other: other, thread: thread),
                FlightEvent(time: start, .step, task: first, label: .max, thread: thread),
                FlightEvent(time: start + 1, .ready, task: first, other: other, thread: thread),
                FlightEvent(time: start + 2, .running, task: first, label: 3, thread: thread),
                FlightEvent(time: start + 3, .warning, task: first, other: 9, label: 4, thread: thread),
                FlightEvent(time: start + 3, .blocked, task: first, label: 5, thread: thread),
                FlightEvent(time: start + 4, .ended, task: first, label: 6, thread: thread),
            ])
        let ownThread = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        #expect(ownThread.hasSuffix("/\(recording.threads[Int(thread)])"))
        #expect(recording.process.id == getpid())
        #expect(!recording.process.name.isEmpty)
    }

    @Test func nothingIsKeptWhileItIsOff() throws {
        recorder.stop()
        Self.note(.running, first)
        #expect(!recorder.isOn)
        #expect(recorder.events().events.isEmpty)
        #expect(recorder.statistics.bytes == 0)
        try recorder.start()
        #expect(recorder.isOn)
        #expect(own(recorder.events()).isEmpty)
        Self.note(.running, first)
        #expect(own(recorder.events()).count == 1)
        recorder.stop()
        #expect(recorder.events().events.isEmpty)
    }

    @Test func aRecordingGoesBackAsFarAsAskedFor() throws {
        defer { recorder.stop() }
        let now = sgs_recording_ns()
        // Half a minute old, and an hour ahead: the latter is young enough however long the test takes.
        func note() {
            Self.note(.running, first, at: now - 30_000_000_000)
            Self.note(.running, first + 1, at: now + 3_600_000_000_000)
        }
        try recorder.start(seconds: 20)
        note()
        #expect(own(recorder.events()).map(\.task) == [first + 1])
        #expect(own(recorder.events(last: .seconds(7200))).map(\.task) == [first + 1])
        try recorder.start(seconds: 86_400)
        note()
        #expect(own(recorder.events()).map(\.task) == [first, first + 1])
        #expect(own(recorder.events(last: .seconds(20))).map(\.task) == [first + 1])
    }

    @Test func theOldestIsOverwritten() throws {
        try recorder.start(bytes: 1 << 20)
        defer { recorder.stop() }
        let count: UInt64 = 500_000
        let now = sgs_recording_ns()
        for number in 0..<count { Self.note(.ready, first, other: number, at: now + number) }
        let numbers = own(recorder.events()).map(\.other)
        #expect(numbers.last == count - 1)
        #expect(numbers == Array((count - UInt64(numbers.count))..<count))
        // 256 chunks of 168; the other threads of the process may hold some.
        #expect((128 * 168...256 * 168).contains(numbers.count))
        #expect(recorder.statistics.bytes == 1 << 20)
        #expect(recorder.statistics.events <= 256 * 168)
    }

    @Test(arguments: [1 << 16, 1 << 18, 1 << 21])
    func eachThreadsEventsAreAnUnbrokenRunWhileTheyAreWritten(bytes: Int) throws {
        try recorder.start(seconds: 86_400, bytes: bytes)
        defer { recorder.stop() }
        let (first, base, stop, barrier) = (first, sgs_recording_ns(), StopFlag(), Barrier(9))
        let last = Shared<[UInt64: UInt64]>([:])
        let dropped = recorder.statistics.dropped
        let team = ThreadTeam(8) { index in
            let task = first + UInt64(index)
            var number: UInt64 = 0
            while !stop.isSet {
                number += 1
                Self.note(.ready, task, other: number, at: base + number)
                if number == 10_000 { barrier.wait() }
            }
            last.withLock { [number] in $0[task] = number }
        }
        barrier.wait()
        for _ in 0..<30 { checkUnbroken(own(recorder.events()), base) }
        stop.set()
        team.join()

        let events = own(recorder.events())
        let numbers = last.withLock(\.self)
        checkUnbroken(events, base)
        // Nobody writes any more: what each wrote last is there, unless it was overwritten, or had no room beside the other
        // threads of the process.
        let hasDropped = recorder.statistics.dropped > dropped
        let isAlone = recorder.events().events.count == events.count
        for (task, run) in Dictionary(grouping: events, by: \.task) {
            #expect(run.last?.other == numbers[task] || hasDropped || !isAlone)
        }
        #expect(!events.isEmpty)
    }

    private func checkUnbroken(_ events: [FlightEvent], _ base: UInt64) {
        for run in Dictionary(grouping: events, by: \.thread).values {
            let number = run[0].other
            let isUnbroken = run.enumerated().allSatisfy { $1.other == number + UInt64($0) }
            #expect(isUnbroken)
            // The words of one entry belong together, whatever was being written over it.
            let isWhole = run.allSatisfy {
                $0.time &- $0.other == run[0].time &- number && $0.task == run[0].task && $0.kind == .ready
            }
            #expect(isWhole)
        }
    }

    /// The reader loses its processor in the middle of a chunk now and then, and the chunk is overwritten meanwhile.
    @Test func aCopyIsOfOneUseOfAChunk() throws {
        try recorder.start(bytes: FlightRecorder.allowedBytes.lowerBound)
        defer { recorder.stop() }
        let (first, stop, barrier) = (first, StopFlag(), Barrier(9))
        let team = ThreadTeam(8) { index in
            var number: UInt64 = 0
            while !stop.isSet {
                number += 1
                Self.note(.ready, first + UInt64(index), other: number, at: number)
                if number == 10_000 { barrier.wait() }
            }
        }
        barrier.wait()
        var torn = 0
        withUnsafeTemporaryAllocation(of: sgs_flight_chunk.self, capacity: 16) { chunks in
            guard let copies = chunks.baseAddress else { return }
            for _ in 0..<30_000 {
                for index in 0..<Int(sgs_flight_copy(copies, 16)) {
                    let (chunk, last) = (copies + index, copies[index].used - 1)
                    let (begin, end) = (sgs_flight_decode(chunk, 0, 0), sgs_flight_decode(chunk, last, 0))
                    guard (first..<first + 8).contains(begin.task) else { continue }
                    if end.task != begin.task || end.other != begin.other + last { torn += 1 }
                }
            }
        }
        stop.set()
        team.join()
        #expect(torn == 0)
    }

    @Test func memoryIsBoundedHoweverManyThreadsComeAndGo() throws {
        let bytes = 1 << 18
        try recorder.start(bytes: bytes)
        defer { recorder.stop() }
        let (first, dropped) = (first, recorder.statistics.dropped)
        for round in 0..<25 {
            onNewThreads(8) { index in
                let task = first + UInt64(round * 8 + index)
                for number in 0..<500 { Self.note(.ready, task, other: UInt64(number)) }
            }
        }
        let statistics = recorder.statistics
        #expect(statistics.bytes == UInt64(bytes))
        #expect(statistics.events <= 64 * 168)
        #expect(statistics.dropped == dropped)
        // The last threads' events have outlived the threads; the first ones' were overwritten.
        let tasks = Dictionary(grouping: own(recorder.events()), by: \.task)
        for index in 192..<200 { #expect(tasks[first + UInt64(index)]?.count == 500) }
        #expect(tasks[first] == nil)
    }

    @Test func whatHasNoRoomIsCounted() throws {
        try recorder.start(bytes: FlightRecorder.allowedBytes.lowerBound)
        defer { recorder.stop() }
        let (first, dropped) = (first, recorder.statistics.dropped)
        let (noted, seen) = (Barrier(24), Barrier(24))
        let recorded = Atomic<Int>(0)
        onNewThreads(24) { index in
            Self.note(.running, first + UInt64(index))
            noted.wait()  // 24 threads that each fill a chunk, and 16 chunks
            // While they hold them: the tasks of other tests would take those of threads that have ended.
            if index == 0 { recorded.store(own(recorder.events()).count, ordering: .releasing) }
            seen.wait()
        }
        let held = recorded.load(ordering: .acquiring)
        #expect(held <= 16)
        #expect(recorder.statistics.dropped - dropped >= UInt64(24 - held))
        #expect(try Self.droppedByMetric() >= Int(dropped) + 24 - held)
        // These threads have ended: there is room again.
        onNewThreads(1) { _ in Self.note(.running, first + 100) }
        #expect(own(recorder.events()).contains { $0.task == first + 100 })
    }

    private static func droppedByMetric() throws -> Int {
        RunMonitor.observe()
        let metrics = MetricRegistry.shared.snapshot().metrics
        let metric = try #require(metrics.first { $0.descriptor.name == MetricCatalogue.flightDropped.name })
        guard case .numbers(let points) = metric.points, case .int(let value)? = points.first?.value else { return -1 }
        return Int(value)
    }

    @Test func itCanBeStoppedAndStartedAtAnyTime() throws {
        defer { recorder.stop() }
        let (first, base, stop) = (first, sgs_recording_ns(), StopFlag())
        let team = ThreadTeam(4) { index in
            var number: UInt64 = 0
            while !stop.isSet {
                number += 1
                Self.note(.ready, first + UInt64(index), other: number, at: base + number)
            }
        }
        for round in 0..<200 {
            try recorder.start(seconds: 86_400, bytes: (1 << 16) << (round % 4))
            checkUnbroken(own(recorder.events()), base)
            if round % 3 == 0 { recorder.stop() }
        }
        try recorder.start(seconds: 86_400)
        // Every thread finds its way into the new session.
        while Set(own(recorder.events()).map(\.task)).count < 4 { sched_yield() }
        stop.set()
        team.join()
        checkUnbroken(own(recorder.events()), base)
    }

    @Test func aWrongSettingIsToldAndChangesNothing() throws {
        try recorder.start()
        defer { recorder.stop() }
        Self.note(.running, first)
        #expect(throws: FlightRecorderError.bytes(4096)) { try recorder.start(bytes: 4096) }
        #expect(throws: FlightRecorderError.bytes(.max)) { try recorder.start(bytes: .max) }
        #expect(throws: FlightRecorderError.seconds(0)) { try recorder.start(seconds: 0) }
        #expect(throws: (any Error).self) { try recorder.start(seconds: .nan) }
        #expect(FlightRecorderError.bytes(4096).description.contains("65536"))
        #expect(own(recorder.events()).count == 1)
    }
}
