internal import CSagascope
import Glibc

/// What is found in a log's directory when it is opened, with its lock held.
struct Opening {
    /// What all records come to.
    var state: LogState
    /// Where writing goes on; nil for a new log.
    var end: LogRecovery.Outcome?
    /// The snapshot that reading began with.
    var snapshot: (lsn: LSN, taken: UInt64, application: [UInt8])?
    /// Snapshots that could not be taken, and what the view said otherwise than the log.
    var damages: [LogDamage] = []
    var nanoseconds: UInt64 = 0

    /// Reads the log from the newest sound snapshot on, and mends its end if that was torn.
    static func read(_ directory: String, _ options: SagaLogOptions) throws(SagaLogError) -> Opening {
        let began = sgs_monotonic_ns()
        var opening = Opening(state: LogState(closedRuns: options.rememberedRuns))
        do {
            guard let log = try LogDirectory(directory).log else { return opening }
            try opening.takeSnapshot(directory, log)
            // What another log's view says is nothing to this one.
            let view = (try? MappedViewReader(directory: directory)).flatMap { $0.log == log ? $0 : nil }
            let durable = max(view?.durable ?? .none, opening.state.lsn)
            opening.end = try LogRecovery.open(
                directory: directory, from: opening.state.lsn.advanced(by: 1), durable: durable
            ) { bytes, _ in
                guard let base = bytes.baseAddress else { return }
                opening.state.apply(RecordFormat.record(base, length: bytes.count))
            }
            try opening.checkMinimum(directory)
            opening.compare(view)
        } catch let error as SagaLogError {
            if case .corrupt(let directory, let damage) = error { LogInstruments.damaged(damage, directory: directory) }
            throw error
        } catch {
            throw .file(operation: "read", path: directory, code: EIO)
        }
        opening.nanoseconds = sgs_monotonic_ns() - began
        return opening
    }

    private mutating func takeSnapshot(_ directory: String, _ log: UInt64) throws(SagaLogError) {
        var store = SnapshotStore(directory: directory, log: log)
        try store.removeLeftovers()
        let found = try store.newest(from: .none, through: LSN(.max))
        damages += found.refused.map(\.damage)
        guard let newest = found.snapshot else { return }
        state = newest.state
        snapshot = (newest.lsn, newest.created, newest.application)
    }

    /// The log may say that only later snapshots count.
    private func checkMinimum(_ directory: String) throws(SagaLogError) {
        let begins = snapshot?.lsn ?? .none
        guard begins < state.minimumRecoverable else { return }
        throw .snapshot(
            path: directory,
            reason: "the newest sound one is of \(begins), and nothing below \(state.minimumRecoverable) counts")
    }

    private mutating func compare(_ view: MappedViewReader?) {
        for divergence in view?.divergences(from: state) ?? [] {
            let lsn = divergence.inView?.lsn ?? divergence.inLog?.lsn ?? .none
            damages.append(
                LogDamage(kind: .walMmapDivergence, file: LogFiles.view, offset: 0, first: lsn, last: lsn))
        }
    }
}

/// What opening a log has found.
public struct LogOpening: Sendable, Hashable {
    /// Records that were read, after the snapshot.
    public var records: UInt64
    /// The last record of the snapshot that reading began with.
    public var snapshot: LSN?
    /// Runs that are open.
    public var openRuns: Int
    /// What the crash of the writer before has left of its last group, if anything: it was cut off and kept in a file.
    public var torn: LogReport.Torn?
    public var tornCopy: String?
    /// Damage that the log could be opened in spite of: snapshots that are no longer sound, and a view that disagreed.
    public var damages: [LogDamage]
    /// Why there is no view of the open runs for other processes; the log is whole without it.
    public var viewFailure: SagaLogError?
    public var seconds: Double

    init(_ opening: borrowing Opening) {
        records = opening.end?.records ?? 0
        snapshot = opening.snapshot?.lsn
        openRuns = opening.state.openCount
        torn = opening.end?.torn
        tornCopy = opening.end?.tornCopy
        damages = opening.damages
        seconds = Double(opening.nanoseconds) / 1e9
    }
}
