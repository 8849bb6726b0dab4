import SagaLog

/// A record of a run's history.
package struct RunRecord: Codable, Sendable, Equatable {
    package var lsn: UInt64
    package var sequence: UInt32
    package var kind: String
    /// The step's name, or the saga's, or the note's.
    package var name: String
    package var step: UInt32
    package var attempt: UInt16
    package var epoch: UInt32
    package var timeUnixNano: UInt64
    package var payloadBytes: Int
    /// The payload's beginning: as text if it is some, in hexadecimal if not; nil when there is none.
    package var payload: String?

    static let textBytes = 160
    private static let shownBytes = 32

    package init(_ record: LogRecord) {
        lsn = record.lsn.rawValue
        (sequence, kind, name) = (record.entry.sequence, record.kind.description, record.entry.name)
        (step, attempt) = (record.entry.step, record.entry.attempt)
        (epoch, timeUnixNano, payloadBytes) = (record.epoch, record.time, record.entry.payload.count)
        payload = Self.text(of: record.entry.payload)
    }

    private static func text(of payload: [UInt8]) -> String? {
        if payload.isEmpty { return nil }
        if let text = String(validating: payload, as: UTF8.self) { return text.shortened(to: textBytes) }
        let digits = payload.prefix(shownBytes).map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }
        return digits.joined(separator: " ") + (payload.count > shownBytes ? " …" : "")
    }
}
