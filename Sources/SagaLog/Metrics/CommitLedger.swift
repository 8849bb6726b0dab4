internal import CSagascope
import SagaTelemetry

/// What is done about each group beside writing it, on the thread that flushes.
struct CommitLedger: LogWriter.CommitObserver {
    let directory: String
    let epoch: UInt32
    let stages: StageLedger
    let instruments: LogInstruments
    let buffers: LogBuffers
    let view: MappedView?
    let maximumDelay: UInt64

    func committing(_ group: borrowing CommitQueue.Group) { stages.syncing(since: group.time) }

    func committed(_ group: borrowing CommitQueue.Group, syncNanoseconds: UInt64) {
        instruments.synced(records: group.count, nanoseconds: syncNanoseconds)
        stages.committed(first: group.first, last: group.last, bytes: group.length, time: group.time)
        guard let view else { return }
        show(group, in: view)
        view.publish(durable: LSN(group.last), mapped: LSN(group.last))
        stages.note(.mapped, reached: group.last)
    }

    /// What is durable is shown to other processes.
    private func show(_ group: borrowing CommitQueue.Group, in view: MappedView) {
        var offset = 0
        for index in 0..<group.count {
            let bytes = UnsafeRawPointer(group.bytes + offset)
            offset += RecordFormat.length(of: bytes)
            let mark = group.marks[index]
            guard let slot = mark.slot else { continue }
            let kind = RecordFormat.kind(bytes)
            view.apply(
                MappedView.Change(
                    kind, step: mark.step, attempt: RecordFormat.attempt(bytes), sequence: RecordFormat.sequence(bytes),
                    lsn: LSN(group.first &+ UInt64(index)), epoch: epoch, changed: RecordFormat.time(bytes)),
                to: slot)
            if kind == .runClosed { view.release(slot) }
        }
    }

    func beat() { view?.beat() }

    func tick() {
        let now = sgs_monotonic_ns()
        buffers.handOver(due: now > maximumDelay ? now - maximumDelay : 0)
    }

    var isExpectingTick: Bool { !buffers.isEmpty }

    func stopped(_ error: SagaLogError) { LogInstruments.poisoned(error, directory: directory) }
}
