internal import CSagascope
public import SagaTelemetry

extension SagaLog: SagaLogStore {
    @discardableResult
    public func append(_ entries: [LogEntry], run id: TraceID, epoch: UInt32) async throws(SagaLogError) -> LSN {
        try await run(id).commit(entries, epoch: epoch)
    }

    public func durablePosition() async throws(SagaLogError) -> LSN { durable }

    public var maximumPayload: Int { writer.sink.maximumRecord - RecordFormat.headerBytes - 256 - 8 }

    public func closing(of run: TraceID) async throws(SagaLogError) -> LSN? { closingRecord(of: run) }

    public func openRuns() async throws(SagaLogError) -> [RunStatus] { openRunStatus }

    public func records(from first: LSN) async throws(SagaLogError) -> FileLogRecords {
        FileLogRecords(self, from: first, isTail: false)
    }

    public func tail(from first: LSN) async throws(SagaLogError) -> FileLogRecords {
        FileLogRecords(self, from: first, isTail: true)
    }

    // MARK: leases

    public func acquireLease(
        _ name: String, owner: String, for duration: Duration
    ) async throws(SagaLogError) -> LogLease? {
        guard let claim = leases.claim(name, owner: owner, for: duration, now: sgs_unix_ns()) else { return nil }
        do {
            let lsn = try await commit(LogEntry(.lease, sequence: 0, name: name, payload: claim.entry.payload))
            return leases.set(name, claim.entry, token: lsn)
        } catch {
            leases.withdraw(name, claim.before)
            throw error
        }
    }

    public func releaseLease(_ lease: LogLease) async throws(SagaLogError) {
        guard leases.isHeld(lease) else { return }
        let entry = LeaseTable.Entry(owner: lease.owner, expires: 0)
        let lsn = try await commit(LogEntry(.lease, sequence: 0, name: lease.name, payload: entry.payload))
        leases.set(lease.name, entry, token: lsn)
    }
}
