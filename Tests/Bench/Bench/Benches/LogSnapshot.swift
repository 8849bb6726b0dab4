import SagaLog
import SagaTelemetry

/// One MiB of a snapshot's body to the bytes of its file, or from them: LZ4 and XXH3. The least that either does is to copy.
final class LogSnapshot: Bench {
    enum Part {
        /// The application's, which is taken as it is.
        case application
        /// The log's state: records of open runs, each of which is checked and read.
        case state
    }

    let unit = TimeUnit.microseconds
    let referenceName = "memcpy"
    let operations: Int
    let passes = 1
    private let isWriting: Bool
    private let snapshot: Snapshot
    private let file: [UInt8]
    private let body: [UInt8]
    private var copy: [UInt8]

    init(_ part: Part, isWriting: Bool) throws {
        self.isWriting = isWriting
        let records = Self.records(part == .application ? 1 : 100_000)
        let state = records.reduce(into: LogState()) { $0.apply($1) }
        var application: [UInt8] = []
        if part == .application { while application.count < 32 << 20 { application += Self.json(application.count) } }
        snapshot = Snapshot(log: 1, created: 1, state: state, application: application)
        body = state.encoded + application
        operations = body.count >> 20
        file = try SnapshotFile.encode(snapshot, path: "bench")
        copy = Array(repeating: 0, count: body.count)
    }

    private static func records(_ count: Int) -> [LogRecord] {
        (1...UInt64(count)).map { number in
            let lsn = LSN(number)
            let entry = LogEntry(
                number <= 1_000 ? .runStarted : .stepCommitted, sequence: UInt32(number / 1_000), name: "reserve",
                payload: json(Int(number)))
            return LogRecord(
                lsn: lsn, group: lsn, batch: lsn...lsn, epoch: 1, time: number,
                run: TraceID(high: 1, low: number % 1_000), entry: entry)
        }
    }

    /// What a step may leave behind, some 150 bytes of it; LZ4 makes a seventh of it.
    private static func json(_ number: Int) -> [UInt8] {
        let mixed = UInt64(number) &* 0x9e37_79b9_7f4a_7c15 >> 40
        return Array(
            """
            {"order":"order-\(number)","customer":{"id":\(number % 1_009),"tier":"gold"},"lines":[{"sku":"A-\(mixed % 97)",\
            "count":\(mixed % 7)}],"reserved":true,"warehouse":"north-2"}
            """.utf8)
    }

    func pass(_ meter: inout Meter) async throws {
        if isWriting {
            var written: [UInt8] = []
            try meter.measure { written = try SnapshotFile.encode(snapshot, path: "bench") }
            try require(written == file, "the same snapshot is other bytes")
        } else {
            var read: Snapshot?
            try meter.measure { read = try file.withUnsafeBytes { try SnapshotFile.decode($0, path: "bench") } }
            try require(read?.lsn == snapshot.lsn && read?.application.count == snapshot.application.count, "it is cut")
        }
    }

    func referencePass(_ meter: inout Meter) async throws {
        meter.measure { copy.withUnsafeMutableBytes { copy in body.withUnsafeBytes { copy.copyMemory(from: $0) } } }
        try require(copy.last == body.last, "the copy was not made")
    }
}
