internal import CSagascope
import Glibc

/// Reads the slots of a view that is being written.
///
/// A slot counts when two readings, one after the other, are the same in every byte, its stamp is even, and its checksum is
/// right: the writer was not in it between the two.
struct ViewCells {
    let header: ViewHeader
    let checksum: UInt32
    private(set) var runs: [sgs_view_run] = []
    private(set) var unreadable = 0
    private(set) var damaged = 0

    /// Readings of one slot before it is given up; a writer that is at work in it has left it long before.
    static let attempts = 1_000
    /// And of all of them, so that a file full of halves takes no time.
    private var attemptsLeft = 20_000
    private static let chunk = 1_024

    init(header: ViewHeader, checksum: UInt32) {
        self.header = header
        self.checksum = checksum
    }

    /// The first `count` slots.
    mutating func read(_ file: borrowing OpenFile, count: Int) throws(SagaLogError) {
        var first = 0
        while first < count {
            let number = min(Self.chunk, count - first)
            let earlier = try Self.cells(file, at: header.slotOffset + first * ViewHeader.cellBytes, number)
            let later = try Self.cells(file, at: header.slotOffset + first * ViewHeader.cellBytes, number)
            for index in 0..<number {
                if !take(earlier[index], later[index], slot: first + index) { try again(file, slot: first + index) }
            }
            first += number
        }
    }

    /// - Returns: whether the two readings agree.
    private mutating func take(_ earlier: sgs_view_cell, _ later: sgs_view_cell, slot: Int) -> Bool {
        // Never written.
        if Self.isZero(earlier) && Self.isZero(later) { return true }
        guard Self.isSame(earlier, later), Self.isSound(later, ViewHeader.seed(checksum, slot: slot)) else {
            return false
        }
        let run = unsafeBitCast(later.words, to: sgs_view_run.self)
        if run.lsn != 0 { runs.append(run) }
        return true
    }

    private mutating func again(_ file: borrowing OpenFile, slot: Int) throws(SagaLogError) {
        let offset = header.slotOffset + slot * ViewHeader.cellBytes
        var earlier = try Self.cells(file, at: offset, 1)[0]
        for _ in 0..<Self.attempts where attemptsLeft > 0 {
            attemptsLeft -= 1
            let later = try Self.cells(file, at: offset, 1)[0]
            if take(earlier, later, slot: slot) { return }
            if later.stamp & 1 == 0 && Self.isSame(earlier, later) {
                damaged += 1
                return
            }
            earlier = later
            sched_yield()
        }
        unreadable += 1
    }

    static func isSound(_ cell: sgs_view_cell, _ seed: UInt32) -> Bool {
        var cell = cell
        return cell.stamp != 0 && cell.stamp & 1 == 0 && sgs_view_checksum(&cell, seed) == cell.checksum
    }

    private static func isZero(_ cell: sgs_view_cell) -> Bool { isSame(cell, sgs_view_cell()) }

    private static func isSame(_ one: sgs_view_cell, _ other: sgs_view_cell) -> Bool {
        withUnsafeBytes(of: one) { one in
            withUnsafeBytes(of: other) { memcmp(one.baseAddress!, $0.baseAddress!, ViewHeader.cellBytes) == 0 }
        }
    }

    static func cells(
        _ file: borrowing OpenFile, at offset: Int, _ count: Int
    ) throws(SagaLogError) -> [sgs_view_cell] {
        try MappedViewReader.reading(count * ViewHeader.cellBytes, of: file, at: offset) { bytes in
            Array(bytes.bindMemory(to: sgs_view_cell.self))
        }
    }
}
