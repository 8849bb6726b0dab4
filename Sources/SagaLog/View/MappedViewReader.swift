internal import CSagascope
import Glibc
internal import SagaTelemetry

/// What the view of a log said at one moment, read by any process while the writer goes on, or after it is gone.
///
/// Nothing is mapped: a file that somebody cuts off is an error, not a signal. Make another one to look again; it finds
/// the file that is there then.
public struct MappedViewReader: Sendable {
    /// A random number that all files of one log share.
    public let log: UInt64
    /// The writer's, as in its records.
    public let epoch: UInt32
    /// Unix ns: when the writer began.
    public let created: UInt64
    public let writer: ViewWriter
    /// Runs that can be shown at once.
    public let capacity: Int

    /// All records up to this one are on the disk, and slots are up to `mapped`.
    public let durable: LSN
    public let mapped: LSN
    /// Unix ns: when the writer said so.
    public let heartbeat: UInt64
    /// Whether the writer closed the log, rather than being killed.
    public let isClosed: Bool
    /// Runs that found no room since the writer began.
    public let unmapped: UInt64
    /// How often a name found no room; such names are empty.
    public let unnamed: UInt64

    /// Slots that could not be read: being written all the while, or left halfway by a writer that was killed.
    public let unreadable: Int
    /// Slots whose checksum is wrong although nobody was writing them.
    public let damaged: Int

    private let cells: [sgs_view_run]
    private let names: [String]

    /// - Parameter directory: the log's.
    /// - Throws: ``SagaLogError/file(operation:path:code:)`` when there is no view (`ENOENT`), or it cannot be read;
    ///   ``SagaLogError/view(path:reason:)`` when the file is no view, one of another version, or damaged.
    public init(directory: String) throws(SagaLogError) {
        let path = directory + "/" + LogFiles.view
        let file = try OpenFile(path, O_RDONLY | O_NONBLOCK)
        let (header, checksum) = try Self.header(of: file)
        (log, epoch, created) = (header.log, header.epoch, header.created)
        (writer, capacity) = (header.writer, header.capacity)

        let head = try Self.head(of: file, header, checksum)
        (durable, mapped, heartbeat) = (LSN(head.durable), LSN(head.mapped), head.heartbeat)
        (unmapped, unnamed, isClosed) = (head.unmapped, head.unnamed, head.is_closed != 0)

        var cells = ViewCells(header: header, checksum: checksum)
        try cells.read(file, count: min(Int(head.slots), header.capacity))
        (self.cells, unreadable, damaged) = (cells.runs, cells.unreadable, cells.damaged)
        // After the slots: what they name is in the table by then.
        names = try Self.reading(header.nameBytes, of: file, at: header.nameOffset) {
            ViewNames.read($0, checksum: checksum)
        }
    }

    /// The open runs, in the order of their last change, the stalest first.
    public func runs() -> [RunStatus] {
        cells.sorted { ($0.changed, $0.lsn) < ($1.changed, $1.lsn) }.map { cell in
            RunStatus(
                run: TraceID(high: cell.run_high, low: cell.run_low), saga: name(cell.saga),
                state: RunState(rawValue: cell.state) ?? .pending, step: name(cell.step), attempt: cell.attempt,
                lsn: LSN(cell.lsn), sequence: cell.sequence, epoch: cell.epoch, started: cell.started,
                changed: cell.changed)
        }
    }

    /// Seconds since the writer's last sign of life, never below 0.
    /// - Parameter now: Unix ns.
    public func heartbeatAge(at now: UInt64) -> Double { now > heartbeat ? Double(now - heartbeat) / 1e9 : 0 }

    private func name(_ number: UInt16) -> String { Int(number) < names.count ? names[Int(number)] : "" }
}

// MARK: the parts

extension MappedViewReader {
    private static func header(of file: borrowing OpenFile) throws(SagaLogError) -> (ViewHeader, UInt32) {
        let size = try file.size()
        let bytes = try reading(ViewHeader.usedBytes, of: file, at: 0) { Array($0) }
        let header = try ViewHeader(bytes, path: file.path)
        guard size == header.fileBytes else {
            throw .view(path: file.path, reason: "it has \(size) bytes, and its header says \(header.fileBytes)")
        }
        return (header, bytes.withUnsafeBytes { ViewHeader.checksum($0.baseAddress!) })
    }

    /// The newer one of the two. While one is written the other one is whole; only a writer that is faster than reading 128
    /// bytes, again and again, spoils both.
    private static func head(
        of file: borrowing OpenFile, _ header: ViewHeader, _ checksum: UInt32
    ) throws(SagaLogError) -> sgs_view_head {
        for _ in 0..<ViewCells.attempts {
            let cells = try ViewCells.cells(file, at: header.headOffset(0), 2)
            let heads = cells.indices.filter { ViewCells.isSound(cells[$0], ViewHeader.seed(checksum, head: $0)) }
                .map { unsafeBitCast(cells[$0].words, to: sgs_view_head.self) }
            if let head = heads.max(by: isOlder) { return head }
            sched_yield()
        }
        throw .view(path: file.path, reason: "neither of its heads can be read")
    }

    /// Both LSNs only grow; the wall clock may not.
    private static func isOlder(_ one: sgs_view_head, _ other: sgs_view_head) -> Bool {
        (one.mapped, one.durable, one.is_closed, one.heartbeat)
            < (other.mapped, other.durable, other.is_closed, other.heartbeat)
    }

    /// Hands over `count` bytes of the file.
    static func reading<Result>(
        _ count: Int, of file: borrowing OpenFile, at offset: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(SagaLogError) -> Result {
        let reason = "it ends before byte \(offset + count), where it must have more"
        return try file.reading(count, at: offset, orElse: .view(path: file.path, reason: reason), body)
    }
}
