import Dispatch
import FoundationEssentials
import Logging
import SagaLog
import SagaTasks
import SagaTelemetry
import Synchronization
import TaskInspection

/// Writes dumps of runs with which something is wrong: at most one a minute for each, and the last 20. What a run's tasks do is
/// looked at at once, which takes some 50 µs; all else is done beside, and no saga waits for it.
final class FindingDumps: Sendable {
    private let files: DumpFiles
    private let flights: FlightFiles
    private let store: any SagaLogStore
    /// Naming functions and writing take some 100 ms, which would block a thread of the sagas'.
    private let queue = DispatchQueue(label: "sagascope.findings", qos: .utility)
    private let state = Mutex(State())

    static let kept = 20
    /// Between two dumps of a run, in ns.
    private static let pause: UInt64 = 60_000_000_000
    /// At once.
    private static let limit = 8

    private struct State {
        /// When the last dump of a run was begun; of those that are longer ago nothing is kept.
        var last: [TraceID: UInt64] = [:]
        var waiting = 0
        var suppressed: UInt64 = 0
    }

    init(directory: String, store: any SagaLogStore) {
        files = DumpFiles(directory: directory, kept: Self.kept)
        flights = FlightFiles(directory: directory, kept: Self.kept)
        self.store = store
    }

    /// How many are being written.
    var waiting: Int { state.withLock(\.waiting) }

    /// Dumps that were not written, because there was one of the run just before, or too many at once.
    var suppressed: UInt64 { state.withLock(\.suppressed) }

    /// A dump to be written, with what is to be seen only now.
    struct Begun: Sendable {
        fileprivate let run: TraceID
        fileprivate var dump: FindingDump
        fileprivate let saga: String
        fileprivate let snapshot: RunSnapshot?
        fileprivate let records: [LogRecord]?
    }

    /// - Parameters:
    ///   - records: nil: they are read.
    ///   - now: ns of the runtime's clock.
    /// - Returns: nil when none is due.
    func begin(
        _ run: TraceID, finding: RunFinding? = nil, reason: String, message: String = "", report: RunReport?,
        records: [LogRecord]? = nil, now: UInt64
    ) -> Begun? {
        guard isDue(run, now) else { return nil }
        let dump = FindingDump(
            time: WallClock.now, run: run.description, reason: reason,
            message: finding.map { "\($0)" } ?? message, finding: finding, report: report)
        let snapshot = SagaRuns.handle(of: run.description).map { RunSnapshot(of: $0) }
        return Begun(
            run: run, dump: dump, saga: finding?.saga ?? report?.saga ?? "", snapshot: snapshot, records: records)
    }

    private func isDue(_ run: TraceID, _ now: UInt64) -> Bool {
        state.withLock { state in
            state.last = state.last.filter { now &- $0.value < Self.pause }
            guard state.last[run] == nil, state.waiting < Self.limit else {
                state.suppressed += 1
                return false
            }
            state.last[run] = now
            state.waiting += 1
            return true
        }
    }

    /// Reads its records, and writes it.
    func write(_ begun: Begun) async {
        var begun = begun
        do {
            let limit = FindingDump.recordLimit
            if let records = begun.records {
                begun.dump.keep(RunTail(records, limit: limit))
            } else {
                begun.dump.keep(try await RunTail.read(begun.run, from: store, limit: limit))
            }
        } catch {
            begun.dump.recordsError = "\(error)"
        }
        let whole = begun
        queue.async { self.finish(whole) }
    }

    private func finish(_ begun: Begun) {
        defer { state.withLock { $0.waiting -= 1 } }
        var dump = begun.dump
        if let snapshot = begun.snapshot, snapshot.count > 0 {
            dump.tasks = snapshot.dump(
                of: SagaFailure(
                    saga: begun.saga, run: dump.run, errorType: dump.finding?.type.rawValue ?? dump.reason,
                    message: dump.message, leftOut: snapshot.leftOut))
        }
        dump.flightRecording = flightRecording(of: begun.saga)
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let kind = dump.finding?.type.rawValue ?? dump.reason
            let path = try files.write(
                Array(try encoder.encode(dump)), milliseconds: dump.time / 1_000_000, about: "\(dump.run)-\(kind)")
            Diagnostics.logger.warning(
                "something is wrong with a run: a dump was written",
                metadata: ["file": "\(path)", "run": "\(dump.run)"])
        } catch {
            Diagnostics.logger.warning("a dump of run \(dump.run) was not written: \(error)")
        }
    }

    private func flightRecording(of saga: String) -> String? {
        guard FlightRecorder.shared.isOn else { return nil }
        guard case .written(let paths) = flights.writeAutomatically(reason: saga, labels: FlightDumps.labels()) else {
            return nil
        }
        return paths.first
    }
}

extension SagaCoordinator {
    /// Writes a dump beside what goes on.
    func keep(_ begun: FindingDumps.Begun?) {
        guard let begun, let dumps = ledger.dumps else { return }
        Task.detached(name: "saga finding", priority: .utility) { await dumps.write(begun) }
    }
}
