public import SagaLog

/// Replays recorded runs against definitions, and tells where they would part: before a changed definition is deployed, not after.
/// No step is run.
///
/// ```swift
/// @Test func openOrdersCanGoOn() throws {
///     let report = try SagaReplayer(checkout).replay(logDirectory: "Fixtures/production-log")
///     #expect(report.differences == [])
/// }
/// ```
/// A run differs when one of its records is none that the definition could have written: see ``ReplayDifference/Kind``.
/// A changed definition needs another version, and the version before as long as it has open runs: give both to the replayer.
public struct SagaReplayer: Sendable {
    private let definitions: SagaDefinitions

    /// - Parameter sagas: of each saga, every version that the log may have; other sagas are passed over.
    /// - Throws: ``SagaRuntimeError/duplicateSaga(_:version:)``
    public init(_ sagas: any SagaDefinition...) throws(SagaRuntimeError) {
        definitions = try SagaDefinitions(sagas)
    }

    /// Replays the runs in a log's directory, closed and open ones, as far back as it goes. It needs no lock and writes nothing.
    /// - Throws: ``SagaLogError`` when it cannot be read, or is damaged.
    public func replay(logDirectory directory: String) throws -> ReplayReport {
        var replay = LogReplay(definitions)
        for record in try Self.recordsOfSnapshot(directory) { replay.apply(record) }
        let records = try LogReader.fromTheBeginning(of: directory)
        while let record = try records.next() { replay.apply(record) }
        let state = try LogScan.run(directory: directory)
        if let damage = state.damages.first { throw SagaLogError.corrupt(directory: directory, damage) }
        return replay.report
    }

    /// Replays records, in the order of their LSNs.
    public func replay(_ records: [LogRecord]) -> ReplayReport {
        var replay = LogReplay(definitions)
        for record in records { replay.apply(record) }
        return replay.report
    }

    /// Of runs whose first records may not be in the log any more.
    private static func recordsOfSnapshot(_ directory: String) throws -> [LogRecord] {
        let sound = try LogReport.Snapshot.all(in: directory).filter { $0.damage == nil }
        guard let newest = sound.max(by: { $0.lsn < $1.lsn }) else { return [] }
        return try SnapshotFile.records(directory + "/" + newest.name)
    }
}

extension LogReader {
    /// From the first record that the log still has.
    fileprivate static func fromTheBeginning(of directory: String) throws -> LogReader {
        do {
            let reader = LogReader(directory: directory)
            _ = try reader.next()
        } catch SagaLogError.recycled(_, let first) {
            return LogReader(directory: directory, from: first)
        }
        return LogReader(directory: directory)
    }
}
