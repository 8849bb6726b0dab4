import Foundation
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

@Suite struct ViewDivergenceTests {
    /// A log of three runs: 1 and 2 are open, 3 is closed by the record before last.
    private static let records: [LogRecord] = [
        record(1, run: 1, .runStarted, 0), record(2, run: 2, .runStarted, 0), record(3, run: 3, .runStarted, 0),
        record(4, run: 1, .stepStarted, 1), record(5, run: 3, .runClosed, 1), record(6, run: 2, .stepStarted, 1),
    ]
    private static let state = LogState.of(records)

    private static func record(_ lsn: UInt64, run: UInt64, _ kind: LogRecordKind, _ sequence: UInt32) -> LogRecord {
        LogRecord(
            lsn: LSN(lsn), group: LSN(lsn), batch: LSN(lsn)...LSN(lsn), epoch: 1, time: lsn * 10,
            run: TraceID(high: 0, low: run), entry: LogEntry(kind, sequence: sequence, name: "name"))
    }

    private static func run(_ number: UInt64) -> TraceID { TraceID(high: 0, low: number) }

    private static func kinds(
        _ view: [RunStatus], mapped: UInt64 = 6, isCoherent: Bool = true, isComplete: Bool = true
    ) -> [ViewDivergence.Kind] {
        MappedViewReader.divergences(
            of: view, mapped: LSN(mapped), from: state, isCoherent: isCoherent, isComplete: isComplete
        ).map(\.kind)
    }

    @Test func eachDisagreementIsTold() throws {
        let one = try #require(Self.state.status(of: Self.run(1)))
        let two = try #require(Self.state.status(of: Self.run(2)))
        let closed = RunStatus(Self.records[2])
        let behind = RunStatus(Self.records[1])
        var (other, ahead, beyond, nameless, unknown) = (one, one, one, one, one)
        other.attempt = 9
        ahead.lsn = LSN(5)
        beyond.lsn = LSN(7)
        (nameless.saga, nameless.step) = ("", "")
        unknown.run = Self.run(4)

        #expect(Self.kinds([one, two]) == [])
        #expect(Self.kinds([nameless, two]) == [])
        #expect(Self.kinds([other, two]) == [.different])
        #expect(Self.kinds([ahead, two]) == [.ahead])
        #expect(Self.kinds([beyond, two]) == [.ahead])
        #expect(Self.kinds([one, behind]) == [.behind])
        #expect(Self.kinds([one]) == [.missing])
        #expect(Self.kinds([one, two, closed]) == [.extra])
        #expect(Self.kinds([one, two, unknown]) == [.extra])
    }

    @Test func whatWasUnderWayOrIsKnownToBeMissingIsNone() throws {
        let one = try #require(Self.state.status(of: Self.run(1)))
        let (closed, behind) = (RunStatus(Self.records[2]), RunStatus(Self.records[1]))
        // Records 5 and 6 were not mapped yet.
        #expect(Self.kinds([one, behind, closed], mapped: 4) == [])
        #expect(Self.kinds([one], mapped: 4) == [])
        // Pages of different moments: behind, but never ahead.
        #expect(Self.kinds([behind, closed], isCoherent: false) == [])
        var ahead = one
        ahead.lsn = LSN(7)
        #expect(Self.kinds([ahead], isCoherent: false) == [.ahead])
        #expect(Self.kinds([one], isComplete: false) == [])
    }

    @Test func aViewThatFollowsTheLogAgreesWithItAllTheTime() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var log = RandomLog(SplitMix(state: seed))
        try await withTemporaryDirectory { directory in
            let view = try MappedView(directory: directory.path, log: 7, epoch: 1, capacity: 64)
            try view.appear()
            var state = LogState()
            var slots: [TraceID: UInt32] = [:]
            for record in log.records(400, runs: 40) {
                let (wasOpen, wasClosed) = (state.status(of: record.run) != nil, state.closed[record.run] != nil)
                state.apply(record)
                guard record.kind.isOfRun, !wasClosed else { continue }
                if !wasOpen {
                    slots[record.run] = view.take(run: record.run, saga: record.entry.name, started: record.time)
                }
                let slot = try #require(slots[record.run])
                if record.kind == .runClosed {
                    view.release(slot)
                } else {
                    view.apply(
                        MappedView.Change(
                            record.kind, step: view.intern(record.entry.name), attempt: record.entry.attempt,
                            sequence: record.entry.sequence, lsn: record.lsn, epoch: record.epoch,
                            changed: record.time),
                        to: slot)
                }
                view.publish(durable: record.lsn, mapped: record.lsn)
                let divergences = try MappedViewReader(directory: directory.path).divergences(from: state)
                #expect(divergences.isEmpty, "seed \(seed)")
            }
        }
    }
}
