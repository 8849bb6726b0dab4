package import SagaTelemetry

/// What a log's records, applied in the order of their LSNs, come to: what a snapshot holds.
///
/// It keeps all records of open runs, so that each can be resumed from here alone; its size is theirs (``recordBytes``). A
/// value: a copy can be encoded on another thread while this one goes on.
package struct LogState: Sendable, Equatable {
    /// The last record applied.
    package private(set) var lsn = LSN.none
    /// The latest writer's.
    package private(set) var epoch: UInt32 = 0
    /// Nothing below it may be recovered from.
    package private(set) var minimumRecoverable = LSN.none
    package private(set) var closed: ClosedRuns
    /// Of each name, its last record.
    package private(set) var leases: [String: LogRecord] = [:]
    private var open: [TraceID: OpenRun] = [:]
    /// Bytes that the records of open runs take.
    package private(set) var recordBytes = 0

    private struct OpenRun: Sendable, Equatable {
        var status: RunStatus
        var records = RecordBytes()
    }

    /// - Parameter closedRuns: how many of the runs closed last are remembered.
    package init(closedRuns: Int = 65_536) { closed = ClosedRuns(limit: max(1, closedRuns)) }

    /// Applies a log's next record; one that was applied already is left out.
    package mutating func apply(_ record: LogRecord) {
        guard record.lsn > lsn else { return }
        lsn = record.lsn
        epoch = max(epoch, record.epoch)
        switch record.kind {
        case .minimumRaised: raise(record.entry.payload)
        case .lease: leases[record.entry.name] = record
        case let kind where kind.isOfRun: applyToRun(record)
        default: break
        }
    }

    private mutating func applyToRun(_ record: LogRecord) {
        let run = record.run
        if closed[run] != nil {
            closed.close(run, sequence: record.entry.sequence, lsn: record.lsn)
        } else if record.kind == .runClosed {
            recordBytes -= open.removeValue(forKey: run)?.records.bytes.count ?? 0
            closed.close(run, sequence: record.entry.sequence, lsn: record.lsn)
        } else {
            // In place: a copy of all its records each time would be too much.
            let known = open.index(forKey: run)
            if let known { open.values[known].status.apply(record) }
            recordBytes += open[run, default: OpenRun(status: RunStatus(record))].records.append(record)
        }
    }

    /// The payload of ``LogRecordKind/minimumRaised`` is an LSN, 8 bytes, little-endian. It never goes down.
    private mutating func raise(_ payload: [UInt8]) {
        guard payload.count == 8 else { return }
        let minimum = payload.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        minimumRecoverable = max(minimumRecoverable, LSN(minimum))
    }

    // MARK: asking

    package var openCount: Int { open.count }

    /// The open runs, in the order of their first records.
    package var runs: [RunStatus] { inOrder.map(\.status) }

    package func status(of run: TraceID) -> RunStatus? { open[run]?.status }

    /// All records of an open run; none for another one.
    package func records(of run: TraceID) -> [LogRecord] { open[run]?.records.records ?? [] }

    private var inOrder: [OpenRun] {
        func first(_ run: OpenRun) -> UInt64 { run.records.bytes.withUnsafeBytes { RecordFormat.lsn($0.baseAddress!) } }
        return open.values.map { (first($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}

// MARK: as bytes

/// Little-endian; `docs/log-format.md` is the same for readers.
/// ```
///  0 version  u32   1
///  4 epoch    u32
///  8 lsn      u64
/// 16 minimum  u64   recoverable
/// 24 runs     u32   open ones
/// 28 leases   u32
/// 32 closed   u32   runs remembered
/// 36 limit    u32   of those
/// 40 records  u64   bytes of the open runs' records
/// 48 leases   u64   bytes of the leases' records
/// 56 zero     u64
/// 64 records of open runs, run after run, each run's in the order of their LSNs
///    records of leases, in the order of their LSNs
///    closed runs, the oldest first: run 2 × u64, high word first; LSN u64; sequence u32; zero u32
/// ```
extension LogState {
    private static let version: UInt32 = 1
    private static let headerBytes = 64
    private static let closedBytes = 32
    /// What a reader takes a file's word for.
    private static let maximumClosed = 1 << 24

    package var encoded: [UInt8] {
        let runs = inOrder
        var leaseRecords = RecordBytes()
        for lease in leases.values.sorted(by: { $0.lsn < $1.lsn }) { leaseRecords.append(lease) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            Self.headerBytes + recordBytes + leaseRecords.bytes.count + closed.count * Self.closedBytes)
        bytes.append(littleEndian: Self.version)
        bytes.append(littleEndian: epoch)
        bytes.append(littleEndian: lsn.rawValue)
        bytes.append(littleEndian: minimumRecoverable.rawValue)
        bytes.append(littleEndian: UInt32(runs.count))
        bytes.append(littleEndian: UInt32(leases.count))
        bytes.append(littleEndian: UInt32(closed.count))
        bytes.append(littleEndian: UInt32(closed.limit))
        bytes.append(littleEndian: UInt64(recordBytes))
        bytes.append(littleEndian: UInt64(leaseRecords.bytes.count))
        bytes.append(littleEndian: 0 as UInt64)
        for run in runs { bytes += run.records.bytes }
        bytes += leaseRecords.bytes
        for (id, run) in closed.all {
            bytes.append(littleEndian: id.high)
            bytes.append(littleEndian: id.low)
            bytes.append(littleEndian: run.lsn.rawValue)
            bytes.append(littleEndian: run.sequence)
            bytes.append(littleEndian: 0 as UInt32)
        }
        return bytes
    }

    /// - Throws: ``SagaLogError/snapshot(path:reason:)`` for bytes that no state has.
    package init(decoding bytes: UnsafeRawBufferPointer, path: String) throws(SagaLogError) {
        func word(_ at: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        }
        func wide(_ at: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        guard bytes.count >= Self.headerBytes else { throw .snapshot(path: path, reason: "its state is cut off") }
        guard word(0) == Self.version else {
            throw .snapshot(path: path, reason: "its state is of version \(word(0)), and this program knows 1")
        }
        let (runs, leases, closed, limit) = (Int(word(24)), Int(word(28)), Int(word(32)), Int(word(36)))
        let rest = UInt64(bytes.count - Self.headerBytes)
        guard wide(40) <= rest, wide(48) <= rest - wide(40), (1...Self.maximumClosed).contains(limit), closed <= limit,
            rest - wide(40) - wide(48) == UInt64(closed * Self.closedBytes)
        else { throw .snapshot(path: path, reason: "the parts of its state do not add up") }
        let leasesAt = Self.headerBytes + Int(wide(40))
        let closedAt = leasesAt + Int(wide(48))

        self.init(closedRuns: limit)
        try take(UnsafeRawBufferPointer(rebasing: bytes[Self.headerBytes..<closedAt]), through: LSN(wide(8)), path)
        for at in stride(from: closedAt, to: bytes.count, by: Self.closedBytes) {
            let run = TraceID(high: wide(at), low: wide(at + 8))
            guard open[run] == nil, self.closed[run] == nil, wide(at + 16) <= wide(8) else {
                throw .snapshot(path: path, reason: "run \(run) cannot be closed as its state says")
            }
            self.closed.close(run, sequence: word(at + 24), lsn: LSN(wide(at + 16)))
        }
        guard open.count == runs, self.leases.count == leases, recordBytes == leasesAt - Self.headerBytes else {
            throw .snapshot(path: path, reason: "its state has other runs or leases than it says")
        }
        (lsn, epoch, minimumRecoverable) = (LSN(wide(8)), word(4), LSN(wide(16)))
    }

    /// The records of runs and leases, which are in order for each run only.
    private mutating func take(
        _ bytes: UnsafeRawBufferPointer, through end: LSN, _ path: String
    ) throws(SagaLogError) {
        let records: [LogRecord]
        do { records = try RecordBytes.read(bytes) } catch {
            throw .snapshot(path: path, reason: "the record at byte \(error.offset) of its state is damaged")
        }
        for record in records {
            let earlier = record.kind == .lease ? leases[record.entry.name]?.lsn : open[record.run]?.status.lsn
            guard record.lsn <= end, record.lsn > earlier ?? .none, record.kind == .lease || record.kind.isOfRun,
                record.kind != .runClosed
            else { throw .snapshot(path: path, reason: "record \(record.lsn) has no place in its state") }
            // Of another run than the last one, and hence maybe before it.
            lsn = .none
            apply(record)
        }
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
