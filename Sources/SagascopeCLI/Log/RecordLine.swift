import SagaLog
import SagaTelemetry
import TaskInspection

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A record as the tool prints it.
struct RecordLine: Encodable {
    private let lsn: LSN
    private let kind: String
    /// nil in records of the log itself.
    private let run: String?
    private let sequence: UInt32
    private let name: String
    private let step: UInt32
    private let attempt: UInt16
    private let epoch: UInt32
    private let timeUnixNano: UInt64
    private let group: LSN
    private let batchFirst: LSN
    private let batchLast: LSN
    private let traceId: String?
    private let spanId: String?
    private let payloadBytes: Int
    /// Base64; nil unless asked for.
    private let payload: String?
    private let bytes: [UInt8]

    init(_ record: LogRecord, withPayload: Bool) {
        lsn = record.lsn
        kind = "\(record.kind)"
        run = record.kind.isOfRun ? "\(record.run)" : nil
        (sequence, name, step) = (record.entry.sequence, record.entry.name, record.entry.step)
        (attempt, epoch, timeUnixNano) = (record.entry.attempt, record.epoch, record.time)
        (group, batchFirst, batchLast) = (record.group, record.batch.lowerBound, record.batch.upperBound)
        let trace = record.entry.trace
        let isTraced = trace.traceID != TraceID(high: 0, low: 0)
        traceId = isTraced ? "\(trace.traceID)" : nil
        spanId = isTraced ? "\(trace.spanID)" : nil
        payloadBytes = record.entry.payload.count
        bytes = withPayload ? record.entry.payload : []
        payload = withPayload ? Data(record.entry.payload).base64EncodedString() : nil
    }

    private enum CodingKeys: CodingKey {
        case lsn, kind, run, sequence, name, step, attempt, epoch, timeUnixNano, group, batchFirst, batchLast, traceId,
            spanId
        case payloadBytes, payload
    }

    /// One line for people, and with a payload another one.
    var text: String {
        var line = "\(lsn)  \(timeText(timeUnixNano))  \(kind.padded(to: 22))  "
        if let run { line += "\(run) #\(sequence)  " }
        line += name.printable
        if step > 0 || attempt > 1 { line += "  step \(step), attempt \(attempt)" }
        if payloadBytes > 0 { line += "  \(byteText(UInt64(payloadBytes)))" }
        while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
        return line + "\n" + (bytes.isEmpty ? "" : "    \(Self.payloadText(bytes))\n")
    }

    /// As text if it is some, in hexadecimal if not.
    private static func payloadText(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self), text.printable == text { return text }
        return bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
