import Foundation
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaLog

/// Reading a view while somebody writes to it: nothing that was not written as a whole is ever seen.
@Suite struct ViewConcurrencyTests {
    /// As `view-fixture` writes them.
    private static func belongsTogether(_ run: RunStatus) -> Bool {
        let lsn = run.lsn.rawValue
        return run.sequence == UInt32(truncatingIfNeeded: lsn) && run.attempt == UInt16(truncatingIfNeeded: lsn)
            && run.epoch == UInt32(truncatingIfNeeded: lsn >> 1) && run.changed == lsn &* 3 && run.started == 5
            && run.saga == "checkout" && run.step == "step \(lsn % 4)" && run.state == .running
            && run.run.high == 1 && run.run.low == (lsn - 1) % 16 + 1
    }

    @Test func anotherProcessSeesWholeSlotsAndKnowsWhenTheWriterIsGone() async throws {
        try await withTemporaryDirectory { directory in
            let files = directory.appendingPathComponent("files")
            try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
            let writer = try RunningProcess(Tool(product: "view-fixture"), [directory.path], files: files)
            defer { writer.kill() }
            _ = try await eventually("the view is there") { try? MappedViewReader(directory: directory.path) }

            var (seen, last) = (0, LSN.none)
            while seen < 20_000 {
                let reader = try MappedViewReader(directory: directory.path)
                let runs = reader.runs()
                for run in runs { try #require(Self.belongsTogether(run), "\(run)") }
                try #require(reader.mapped >= last && reader.mapped == reader.durable && reader.damaged == 0)
                #expect(reader.writer.process == writer.id && reader.writer.isAlive == true)
                seen += runs.count
                last = reader.mapped
            }

            writer.kill()
            _ = try await writer.exitCode
            let reader = try MappedViewReader(directory: directory.path)
            #expect(reader.writer.isAlive == false && !reader.isClosed)
            // Killed within a slot, at most.
            #expect(reader.runs().count >= 15 && reader.runs().allSatisfy(Self.belongsTogether))
            #expect(reader.unreadable <= 1 && reader.damaged == 0)
        }
    }

    @Test func slotsAreTakenOnManyThreadsWhileOneWrites() async throws {
        try await withTemporaryDirectory { directory in
            let view = try MappedView(directory: directory.path, log: 7, epoch: 1, capacity: 64)
            try view.appear()
            Self.takeAndWrite(view)
            let reader = try MappedViewReader(directory: directory.path)
            #expect(reader.runs().allSatisfy { $0.saga == "saga \($0.run.high)" && $0.started == $0.run.low })
            #expect(reader.damaged == 0 && reader.unreadable == 0)
        }
    }

    /// Threads of their own: one that waits for another must not keep it from being started.
    private static func takeAndWrite(_ view: MappedView) {
        let shared = Shared()
        let done = DispatchSemaphore(value: 0)
        for thread in 0..<4 {
            Thread {
                if thread == 0 { write(view, shared) } else { take(view, shared, thread: UInt64(thread)) }
                done.signal()
            }.start()
        }
        for _ in 0..<4 { done.wait() }
    }

    private final class Shared: Sendable {
        let taken = Mutex<[UInt32]>([])
        let left = Atomic<Int>(4_000)
    }

    private static func take(_ view: MappedView, _ shared: Shared, thread: UInt64) {
        var number: UInt64 = 0
        while shared.left.load(ordering: .relaxed) > 0 {
            number += 1
            let run = TraceID(high: thread, low: number)
            guard let slot = view.take(run: run, saga: "saga \(thread)", started: number) else {
                sched_yield()
                continue
            }
            shared.taken.withLock { $0.append(slot) }
        }
    }

    /// The flusher's part: brings up to date what others took, and releases most of it again.
    private static func write(_ view: MappedView, _ shared: Shared) {
        var lsn: UInt64 = 0
        while shared.left.load(ordering: .relaxed) > 0 {
            let slots = shared.taken.withLock { taken in
                defer { taken = [] }
                return taken
            }
            for slot in slots {
                lsn += 1
                let change = MappedView.Change(.runStarted, sequence: 0, lsn: LSN(lsn), epoch: 1, changed: lsn)
                view.apply(change, to: slot)
                if lsn % 100 != 0 || lsn > 3_000 { view.release(slot) }
            }
            shared.left.subtract(slots.count, ordering: .relaxed)
            view.publish(durable: LSN(lsn), mapped: LSN(lsn))
            if slots.isEmpty { sched_yield() }
        }
    }
}
