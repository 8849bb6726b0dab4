import SagaLog
import SagaRuntime

/// An open run in a list.
package struct RunLine: Codable, Sendable, Equatable {
    package var run: String
    /// The application's own id, its beginning.
    package var id: String
    package var saga: String
    package var version: Int
    /// `saga.run.state`, or `quarantined`.
    package var state: String
    /// The step that the log was told of last; nil before the first.
    package var step: String?
    package var attempt: UInt16
    package var startedUnixNano: UInt64
    /// Of its last record.
    package var changedUnixNano: UInt64
    package var lsn: UInt64
    package var records: Int
    package var deadLetters: [String]
    package var error: RecordedError?
    package var trace: String?
    package var attention: String?

    static let textBytes = 256

    /// - Parameter status: what the log says; nil before its first record.
    package init(_ report: RunReport, _ status: RunStatus?) {
        run = report.run
        id = report.id.shortened(to: Self.textBytes)
        (saga, version, state) = (report.saga, report.version, report.state)
        step = status.flatMap { $0.step.isEmpty ? nil : $0.step }
        attempt = status?.attempt ?? 0
        startedUnixNano = report.started > 0 ? report.started : status?.started ?? 0
        changedUnixNano = status?.changed ?? startedUnixNano
        lsn = max(report.lsn, status?.lsn.rawValue ?? 0)
        records = status.map { Int($0.sequence) + 1 } ?? report.records
        deadLetters = report.deadLetters
        error = report.error.map {
            RecordedError(type: $0.type, message: $0.message.shortened(to: Self.textBytes), result: $0.result)
        }
        trace = report.trace
        attention = report.attention?.shortened(to: Self.textBytes)
    }
}
