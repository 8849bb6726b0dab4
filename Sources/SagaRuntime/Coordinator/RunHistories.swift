import SagaLog
import SagaTelemetry

/// The open runs of a store, each with all its records: from the newest snapshot, and from the records after it.
struct RunHistories: Sendable {
    private(set) var open: [TraceID: [LogRecord]] = [:]
    /// How many records were read.
    private(set) var read = 0
    /// The last one, or the snapshot's.
    private(set) var last = LSN.none

    init() {}

    /// - Throws: ``SagaLogError``
    static func read(from store: some SagaLogStore) async throws -> RunHistories {
        var histories = RunHistories()
        let snapshot = try await store.newestSnapshot()
        histories.last = snapshot?.lsn ?? .none
        for run in snapshot?.runs ?? [] { histories.open[run.status.run] = run.records }
        for try await record in try await store.records(from: snapshot?.lsn.advanced(by: 1) ?? .first) {
            histories.apply(record)
        }
        return histories
    }

    mutating func apply(_ record: LogRecord) {
        read += 1
        last = record.lsn
        guard record.kind.isOfRun else { return }
        if record.kind == .runClosed {
            open[record.run] = nil
        } else {
            open[record.run, default: []].append(record)
        }
    }

    /// In the order of their first records.
    var inOrder: [(run: TraceID, records: [LogRecord])] {
        open.map { ($0.key, $0.value) }.sorted { ($0.1.first?.lsn ?? .none) < ($1.1.first?.lsn ?? .none) }
    }
}

extension SagaLogStore {
    /// The record at a place.
    func record(at lsn: LSN) async throws -> LogRecord? {
        for try await record in try await records(from: lsn) { return record }
        return nil
    }
}
