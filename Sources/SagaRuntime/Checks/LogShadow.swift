import SagaLog
import SagaTelemetry

/// What the log says of the runs that are open: folded out of what was really written, beside what the coordinator has in
/// memory. It holds no record and no closed run.
struct LogShadow: Sendable {
    private let definitions: SagaDefinitions
    private(set) var runs: [TraceID: ShadowRun] = [:]
    /// The record to be read next.
    var next = LSN.first

    init(definitions: SagaDefinitions) { self.definitions = definitions }

    init(_ snapshot: LogSnapshot?, definitions: SagaDefinitions, now: UInt64) {
        self.definitions = definitions
        for run in snapshot?.runs ?? [] { restore(run.status.run, run.records, now: now) }
        next = (snapshot?.lsn ?? .none).advanced(by: 1)
    }

    /// A run that was just made anew out of its records.
    mutating func restore(_ live: LiveRun, now: UInt64) { runs[live.id] = ShadowRun(live, now: now) }

    /// One that could not be.
    mutating func restore(_ run: TraceID, _ records: [LogRecord], now: UInt64) {
        for record in records { runs[run, default: ShadowRun(record, definitions)].apply(record, now: now) }
    }

    mutating func apply(_ record: LogRecord, now: UInt64) {
        next = record.lsn.advanced(by: 1)
        guard record.kind.isOfRun else { return }
        if record.kind == .runClosed, runs[record.run] != nil {
            runs[record.run] = nil
        } else {
            runs[record.run, default: ShadowRun(record, definitions)].apply(record, now: now)
        }
    }
}

/// One open run as the log has it.
struct ShadowRun: Sendable {
    /// Empty when the record that says so is missing.
    let saga: String
    /// nil: its definition is not known here, or is another one.
    let graph: StepGraph?
    private(set) var machine: RunMachine
    /// Its last record.
    private(set) var lsn = LSN.none
    /// When that was read, in ns of the runtime's clock.
    private(set) var changed: UInt64 = 0
    /// The first record that cannot stand where it does; those after it say nothing any more.
    private(set) var fault: ShadowFault?

    /// - Parameter record: its first one.
    init(_ record: LogRecord, _ definitions: SagaDefinitions) {
        saga = record.kind == .runStarted ? record.entry.name : ""
        let header = try? JSONPayload.decode(RunHeader.self, from: record.entry.payload)
        let blueprint = header.flatMap { try? definitions.definition(record.entry.name, version: $0.version) }
        graph = blueprint?.graph.fingerprint == header?.graph ? blueprint?.graph : nil
        machine = RunMachine(steps: graph?.count ?? 0)
    }

    /// Before anything is written of it again.
    init(_ live: LiveRun, now: UInt64) {
        saga = live.blueprint.name
        graph = live.blueprint.graph
        (machine, lsn) = live.journal.standing
        changed = now
    }

    mutating func apply(_ record: LogRecord, now: UInt64) {
        (lsn, changed) = (record.lsn, now)
        guard fault == nil else { return }
        let expected = machine.records
        do throws(IllegalRecord) {
            if let graph { return try machine.apply(record.entry, in: graph) }
            if record.entry.sequence != expected {
                throw IllegalRecord(record.entry, "the run's next one is number \(expected)")
            }
            machine.records += 1
        } catch {
            fault = ShadowFault(record: error, lsn: record.lsn, isGap: record.entry.sequence > expected)
        }
    }
}

/// A record that contradicts those before it.
struct ShadowFault: Sendable, Hashable {
    let record: IllegalRecord
    let lsn: LSN
    /// Records before it are missing.
    let isGap: Bool
}
