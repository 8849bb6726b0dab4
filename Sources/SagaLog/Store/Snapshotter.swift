internal import CSagascope
import Glibc
import SagaTelemetry
import Synchronization

/// Takes snapshots, one after the other, off everybody's way, and gives up segments that no snapshot needs any more.
///
/// It reads the durable log as any other reader does, so appending pays nothing for it, and only what is durable is ever in a
/// snapshot.
final class Snapshotter: Sendable {
    private let directory: String
    private let options: SagaLogOptions
    private let log: UInt64
    private let instruments: LogInstruments
    private let ledger: StageLedger
    private let supply: SegmentSupply
    private let worker = LogWorker("saga-snapshots")
    private let state: Mutex<State>

    private struct State {
        /// What the records up to the last one that was read come to.
        var folded: LogState
        var store: SnapshotStore
        /// The application's part of the newest snapshot, which later ones keep until there is another.
        var application: [UInt8]
        var newest: (lsn: LSN, taken: UInt64)?
        var segmentsSince = 0
    }

    init(
        _ found: Opening, _ place: WritingPlace, directory: String, options: SagaLogOptions,
        instruments: LogInstruments,
        ledger: StageLedger, supply: SegmentSupply
    ) {
        self.directory = directory
        self.options = options
        self.instruments = instruments
        self.ledger = ledger
        self.supply = supply
        log = place.log
        let newest = found.snapshot.map { (lsn: $0.lsn, taken: $0.taken) }
        state = Mutex(
            State(
                folded: found.state, store: SnapshotStore(directory: directory, log: place.log),
                application: found.snapshot?.application ?? [], newest: newest))
    }

    /// A segment is full.
    func segmentBegan(durable: @escaping @Sendable () -> LSN) {
        guard options.snapshotEvery > 0 else { return }
        worker.perform { [self] in
            let isDue = state.withLock { state in
                state.segmentsSince += 1
                guard state.segmentsSince >= options.snapshotEvery else { return false }
                state.segmentsSince = 0
                return true
            }
            // A failure is counted; the next segment tries again, and until then nothing is given up.
            if isDue { _ = try? take(through: durable(), nil) }
        }
    }

    /// - Returns: the last record that is in it.
    func take(through durable: LSN, application: [UInt8]?) async throws(SagaLogError) -> LSN {
        let result: Result<LSN, SagaLogError> = await withCheckedContinuation { continuation in
            let isTaken = worker.perform { [self] in
                do throws(SagaLogError) {
                    continuation.resume(returning: .success(try take(through: durable, application)))
                } catch { continuation.resume(returning: .failure(error)) }
            }
            if !isTaken { continuation.resume(returning: .failure(.closed)) }
        }
        return try result.get()
    }

    func start() throws(SagaLogError) { try worker.start() }

    func close() { worker.stop() }

    /// The newest one that was written or found, as it stands in its file.
    func newest() throws(SagaLogError) -> Snapshot? {
        try state.withLock { (state) throws(SagaLogError) in
            guard let newest = state.newest else { return nil }
            return try state.store.newest(from: newest.lsn, through: newest.lsn).snapshot
        }
    }

    // MARK: on the worker's thread

    private func take(through durable: LSN, _ application: [UInt8]?) throws(SagaLogError) -> LSN {
        let began = sgs_monotonic_ns()
        do {
            let written = try state.withLock { (state) throws(SagaLogError) -> SnapshotStore.Written? in
                try read(through: durable, &state.folded)
                if let application { state.application = application }
                // Nothing new.
                if state.newest?.lsn == state.folded.lsn, application == nil { return nil }
                guard state.folded.lsn > .none else { return nil }
                let snapshot = Snapshot(
                    log: log, created: sgs_unix_ns(), state: state.folded, application: state.application)
                let written = try state.store.write(snapshot)
                state.newest = (written.lsn, snapshot.created)
                instruments.snapshot(
                    bytes: written.bytes, taken: snapshot.created, nanoseconds: sgs_monotonic_ns() - began)
                return written
            }
            guard let written else { return state.withLock { $0.newest?.lsn ?? .none } }
            ledger.note(.snapshotted, reached: written.lsn.rawValue)
            if written.kept.count >= SnapshotStore.kept, let oldest = written.kept.last { giveUp(through: oldest) }
            return written.lsn
        } catch {
            instruments.snapshotFailed(error, nanoseconds: sgs_monotonic_ns() - began)
            throw error
        }
    }

    private func read(through durable: LSN, _ folded: inout LogState) throws(SagaLogError) {
        do {
            let reader = LogReader(directory: directory, from: folded.lsn.advanced(by: 1)) { durable }
            while let record = try reader.next() { folded.apply(record) }
        } catch let error as SagaLogError {
            throw error
        } catch {
            throw .file(operation: "read", path: directory, code: EIO)
        }
        guard folded.lsn >= durable else { throw .unreadable(lsn: folded.lsn.advanced(by: 1)) }
    }

    /// Segments all of whose records are in the older one of the two snapshots, but for the last few, which are kept for reading.
    private func giveUp(through oldest: LSN) {
        guard let files = try? LogDirectory(directory) else { return }
        let segments = files.segments
        for (index, segment) in segments.enumerated().dropLast(1 + options.retainedSegments) {
            guard let next = segments[index + 1].header, next.first.rawValue <= oldest.rawValue + 1 else { break }
            let path = files.path(segment.name)
            if segment.size != options.segmentBytes || !supply.recycle(path) { unlink(path) }
        }
        try? OpenFile.syncDirectory(directory)
    }
}
