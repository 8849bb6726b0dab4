import SagaTelemetry

@testable import SagaLog

/// Records of some runs that take turns, with everything that a log has, the same for the same generator.
struct RandomLog<Generator: RandomNumberGenerator> {
    var generator: Generator
    private(set) var lsn = LSN.none
    private var sequences: [TraceID: UInt32] = [:]

    init(_ generator: Generator) { self.generator = generator }

    mutating func records(_ count: Int, runs: UInt64) -> [LogRecord] { (0..<count).map { _ in record(runs: runs) } }

    private mutating func record(runs: UInt64) -> LogRecord {
        let run = TraceID(high: 9, low: .random(in: 1...runs, using: &generator))
        switch UInt8.random(in: 0..<40, using: &generator) {
        case 0: return log(.opened, name: "")
        case 1: return log(.minimumRaised, name: "", payload: bytes(of: lsn))
        case 2, 3: return log(.lease, name: "lease \(run.low % 3)", payload: [UInt8(run.low & 0xFF)])
        default: return ofRun(run)
        }
    }

    private mutating func ofRun(_ run: TraceID) -> LogRecord {
        let sequence = sequences[run] ?? 0
        sequences[run] = sequence + 1
        var kind = LogRecordKind.runStarted
        if sequence > 0 { kind = LogRecordKind(rawValue: .random(in: 17...25, using: &generator)) }
        let payload = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        return log(kind, name: "step \(sequence % 3)", run: run, sequence: sequence, payload: payload)
    }

    private mutating func log(
        _ kind: LogRecordKind, name: String, run: TraceID = TraceID(high: 0, low: 0), sequence: UInt32 = 0,
        payload: [UInt8] = []
    ) -> LogRecord {
        lsn = lsn.advanced(by: 1)
        let trace = LogTrace(traceID: run, spanID: SpanID(lsn.rawValue), isSampled: true)
        return LogRecord(
            lsn: lsn, group: lsn, batch: lsn...lsn, epoch: UInt32(lsn.rawValue / 50) + 1, time: lsn.rawValue * 10,
            run: run,
            entry: LogEntry(
                kind, sequence: sequence, name: name, step: sequence, attempt: 1, trace: trace, payload: payload))
    }

    private func bytes(of lsn: LSN) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: lsn.rawValue)
        return bytes
    }
}

extension LogState {
    static func of(_ records: [LogRecord], closedRuns: Int = 65_536) -> LogState {
        records.reduce(into: LogState(closedRuns: closedRuns)) { $0.apply($1) }
    }

    static func decoded(_ bytes: [UInt8]) throws -> LogState {
        try bytes.withUnsafeBytes { try LogState(decoding: $0, path: "state") }
    }
}
