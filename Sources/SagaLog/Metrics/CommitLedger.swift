internal import CSagascope
import SagaTelemetry

/// What is done about each group beside writing it, on the thread that flushes.
struct CommitLedger: LogWriter.CommitObserver {
    let directory: String
    let stages: StageLedger
    let instruments: LogInstruments
    let buffers: LogBuffers
    let maximumDelay: UInt64

    func committing(_ group: borrowing CommitQueue.Group) { stages.syncing(since: group.time) }

    func committed(_ group: borrowing CommitQueue.Group, syncNanoseconds: UInt64) {
        instruments.synced(records: group.count, nanoseconds: syncNanoseconds)
        stages.committed(first: group.first, last: group.last, bytes: group.length, time: group.time)
    }

    func tick() {
        let now = sgs_monotonic_ns()
        buffers.handOver(due: now > maximumDelay ? now - maximumDelay : 0)
    }

    var isExpectingTick: Bool { !buffers.isEmpty }

    func stopped(_ error: SagaLogError) { LogInstruments.poisoned(error, directory: directory) }
}
