import Glibc

/// What a log could not do: each says what, where, and what to do.
public enum SagaLogError: Error, Hashable, Sendable {
    // MARK: opening
    /// Another process writes this log.
    case locked(directory: String, holder: Int32?)
    /// A damaged log is not opened: what is missing would be missing silently.
    case corrupt(directory: String, LogDamage)
    /// A file could not be opened, read, written or made.
    case file(operation: String, path: String, code: Int32)
    case invalidOption(String)

    // MARK: writing
    /// A write or a sync has failed: nothing is written any more. Records that were not told to be durable may be there or not.
    case poisoned(operation: String, code: Int32)
    /// The disk is full. Records that close what has begun still have room, as long as the reserve lasts.
    case outOfSpace(isReserveLeft: Bool)
    /// The log was closed.
    case closed
    /// Another writer has taken over: what has this epoch is refused.
    case fenced(epoch: UInt32, current: UInt32)
    /// The run's next record is number `expected`.
    case sequenceGap(sequence: UInt32, expected: UInt32)
    /// Another record has this number already.
    case conflict(sequence: UInt32, existing: LSN)
    /// The run has its last record.
    case runClosed(run: String)
    /// The record is longer than the log takes.
    case tooLong(bytes: Int, limit: Int)
    /// More records than one batch can have.
    case batchTooLong(records: Int, limit: Int)

    // MARK: reading
    /// The log no longer has this record: it begins at `first`.
    case recycled(lsn: LSN, first: LSN)
    /// A record that is durable cannot be read.
    case unreadable(lsn: LSN)
    case snapshot(path: String, reason: String)
    /// The view of open runs; the log is whole without it.
    case view(path: String, reason: String)
}

/// Where a log is damaged, and what is lost by it.
public struct LogDamage: Hashable, Sendable, Codable {
    /// `saga.log.corruption.type`.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A record's checksum, length or place is wrong, and later ones are there.
        case crc
        /// Records are missing between two that are there.
        case gap
        /// The log ends before what is known to have been durable.
        case truncated
        case walMmapDivergence = "wal_mmap_divergence"
        case snapshotChecksum = "snapshot_checksum"
        /// A segment's header is damaged, or says something that the file's name or its neighbours contradict.
        case header
    }

    public var kind: Kind
    /// The file's name, and the byte where the damage begins.
    public var file: String
    public var offset: UInt64
    /// The first record that is lost, and the last, when that is known.
    public var first: LSN
    public var last: LSN?

    public init(kind: Kind, file: String, offset: UInt64, first: LSN, last: LSN?) {
        self.kind = kind
        self.file = file
        self.offset = offset
        self.first = first
        self.last = last
    }

    /// How many records are lost, when that is known.
    public var lost: UInt64? { last.map { $0.records(after: first) + 1 } }
}

extension LogDamage: CustomStringConvertible {
    public var description: String {
        let range =
            last.map { first == $0 ? "record \(first)" : "records \(first) to \($0)" } ?? "records from \(first) on"
        return "\(kind.rawValue) in \(file) at byte \(offset): \(range) cannot be read"
    }
}

extension SagaLogError {
    /// What a failure of a write or a sync means for the log.
    var asPoison: SagaLogError {
        guard case .file(let operation, let path, let code) = self else { return self }
        return .poisoned(operation: "\(operation) \(path)", code: code)
    }
}

extension SagaLogError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .locked(let directory, let holder):
            "\(directory) is being written by " + (holder.map { "process \($0)" } ?? "another process")
                + ": a log has one writer; end that one, or take another directory"
        case .corrupt(let directory, let damage):
            "\(directory) is damaged, and was not opened: \(damage). "
                + "`sagascope log verify` tells all of it, `sagascope log salvage` copies what can be kept"
        case .file(let operation, let path, let code): "cannot \(operation) \(path): \(reason(code))"
        case .invalidOption(let text): text
        case .poisoned(let operation, let code):
            "the log takes nothing more: \(operation) failed (\(reason(code))), and what was under way may be lost. "
                + "Mend the disk, then open the log anew; it reads what is really there"
        case .outOfSpace(let isReserveLeft):
            "no room for a new segment of the log: "
                + (isReserveLeft
                    ? "only records that close what has begun are taken; make room"
                    : "the reserve is used up too; make room")
        case .closed: "the log is closed"
        case .fenced(let epoch, let current):
            "this writer's epoch \(epoch) is over: another one writes in epoch \(current)"
        case .sequenceGap(let sequence, let expected):
            "record \(sequence) of the run cannot be written: its next one is \(expected)"
        case .conflict(let sequence, let existing):
            "record \(sequence) of the run is another one already, LSN \(existing)"
        case .runClosed(let run): "run \(run) is closed: it takes no further record"
        case .tooLong(let bytes, let limit): "a record of \(bytes) bytes is too long: the log takes \(limit)"
        case .batchTooLong(let records, let limit): "a batch of \(records) records is too long: the log takes \(limit)"
        case .recycled(let lsn, let first): "record \(lsn) is no longer in the log: it begins at \(first)"
        case .unreadable(let lsn):
            "record \(lsn) was durable and cannot be read: `sagascope log verify` tells why"
        case .snapshot(let path, let reason): "the snapshot \(path) cannot be used: \(reason)"
        case .view(let path, let reason):
            "the view \(path) cannot be read: \(reason). The log's next writer makes it anew"
        }
    }

    private func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
