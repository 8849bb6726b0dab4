import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

@Suite struct LogStateTests {
    /// What the definition says, without any of the state's bookkeeping.
    private struct Model {
        var records: [TraceID: [LogRecord]] = [:]
        var closed: [TraceID] = []
        var leases: [String: LogRecord] = [:]

        init(_ log: [LogRecord]) {
            for record in log {
                if record.kind == .lease { leases[record.entry.name] = record }
                guard record.kind.isOfRun, !closed.contains(record.run) else { continue }
                records[record.run, default: []].append(record)
                guard record.kind == .runClosed else { continue }
                records[record.run] = nil
                closed.append(record.run)
            }
        }
    }

    @Test func itKeepsWhatIsOpenAndForgetsWhatIsClosed() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var log = RandomLog(SplitMix(state: seed))
        let records = log.records(600, runs: 60)
        for count in [0, 1, 10, 100, 300, 600] {
            let state = LogState.of(Array(records[..<count]))
            let model = Model(Array(records[..<count]))
            #expect(Set(state.runs.map(\.run)) == Set(model.records.keys), "seed \(seed)")
            for (run, records) in model.records {
                #expect(state.records(of: run) == records, "seed \(seed)")
                #expect(state.status(of: run) == records[1...].reduce(into: RunStatus(records[0])) { $0.apply($1) })
            }
            #expect(state.closed.all.map(\.id) == model.closed, "seed \(seed)")
            for run in model.closed { #expect(state.records(of: run).isEmpty && state.status(of: run) == nil) }
            #expect(state.leases == model.leases, "seed \(seed)")
            #expect(state.lsn == LSN(UInt64(count)))
            #expect(state.epoch == records[..<count].map(\.epoch).max() ?? 0)
            let firsts = state.runs.map { state.records(of: $0.run)[0].lsn }
            #expect(firsts == firsts.sorted())
        }
    }

    /// What recovery does: the snapshot, then the records after it; those before it change nothing.
    @Test func aStateThatWasWrittenGoesOnAsTheOneThatWasNot() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var log = RandomLog(SplitMix(state: seed))
        let records = log.records(500, runs: 40)
        let whole = LogState.of(records, closedRuns: 7)
        for count in stride(from: 0, through: 500, by: 50) {
            let early = LogState.of(Array(records[..<count]), closedRuns: 7)
            var state = try LogState.decoded(early.encoded)
            #expect(state == early, "seed \(seed)")
            #expect(state.encoded == early.encoded, "seed \(seed)")
            for record in records[max(0, count - 5)...] { state.apply(record) }
            #expect(state == whole, "seed \(seed)")
        }
    }

    @Test func closedRunsAreRememberedUpToALimit() {
        var runs = ClosedRuns(limit: 3)
        for number in 1...5 as ClosedRange<UInt64> {
            runs.close(TraceID(high: 0, low: number), sequence: UInt32(number), lsn: LSN(number * 10))
        }
        #expect(runs.all.map(\.id.low) == [3, 4, 5] && runs.count == 3)
        #expect(runs[TraceID(high: 0, low: 2)] == nil)
        runs.close(TraceID(high: 0, low: 4), sequence: 9, lsn: LSN(90))
        #expect(runs.all.map(\.id.low) == [3, 4, 5])
        #expect(runs[TraceID(high: 0, low: 4)] == ClosedRuns.Run(sequence: 9, lsn: LSN(90)))
    }

    @Test func theMinimumNeverGoesDown() {
        var state = LogState()
        func raised(_ lsn: UInt64, to minimum: [UInt8]) -> LogRecord {
            LogRecord(
                lsn: LSN(lsn), group: LSN(lsn), batch: LSN(lsn)...LSN(lsn), epoch: 1, time: 0,
                run: TraceID(high: 0, low: 0), entry: LogEntry(.minimumRaised, sequence: 0, name: "", payload: minimum))
        }
        state.apply(raised(10, to: [9, 0, 0, 0, 0, 0, 0, 0]))
        #expect(state.minimumRecoverable == LSN(9))
        state.apply(raised(11, to: [5, 0, 0, 0, 0, 0, 0, 0]))
        state.apply(raised(12, to: [200]))
        #expect(state.minimumRecoverable == LSN(9))
    }

    @Test func bytesThatNoStateHasAreRefused() throws {
        var log = RandomLog(SplitMix(state: 3))
        let bytes = LogState.of(log.records(60, runs: 8)).encoded
        for count in 0..<bytes.count {
            #expect(throws: SagaLogError.self) { try LogState.decoded(Array(bytes[..<count])) }
        }
        #expect(throws: SagaLogError.self) { try LogState.decoded(bytes + [0]) }
        // Counts that are not so, and sizes that would lead elsewhere.
        for place in [0, 24, 28, 32, 40, 47, 48, 55] {
            var bytes = bytes
            bytes[place] ^= 0x41
            #expect(throws: SagaLogError.self, "byte \(place)") { try LogState.decoded(bytes) }
        }
    }
}
