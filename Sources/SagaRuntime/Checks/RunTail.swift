import SagaLog
import SagaTelemetry

/// The last records of a run, and how many it has.
struct RunTail: Sendable {
    private(set) var records: [LogRecord] = []
    private(set) var count = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    init(_ records: [LogRecord], limit: Int) {
        self.init(limit: limit)
        for record in records { add(record) }
    }

    mutating func add(_ record: LogRecord) {
        count += 1
        if records.count == limit { records.removeFirst() }
        records.append(record)
    }

    /// Out of the newest snapshot and what came after it; of a run that is closed, as far as the log has it.
    /// - Throws: ``SagaLogError``
    static func read(_ run: TraceID, from store: some SagaLogStore, limit: Int) async throws -> RunTail {
        var tail = RunTail(limit: limit)
        let snapshot = try await store.newestSnapshot()
        for record in snapshot?.runs.first(where: { $0.status.run == run })?.records ?? [] { tail.add(record) }
        for try await record in try await store.records(from: snapshot?.lsn.advanced(by: 1) ?? .first)
        where record.run == run { tail.add(record) }
        return tail
    }
}
