/// Looks behind a place where no sound record is: what was written there later tells a torn tail from corruption.
///
/// A group is written only after the sync of the one before it has returned. A record of a later group than that of the missing
/// record therefore proves that the missing one was durable. One of the same group proves nothing: within one sync, sectors
/// reach the disk in any order.
struct SegmentSearch {
    struct Found: Hashable {
        var offset: Int
        var lsn: LSN
        var epoch: UInt32
    }

    /// The first sound record after the missing one.
    var next: Found?
    /// What is known to have been durable: before, or because a later group is there.
    var durable: LSN
    /// Behind the last byte that is not 0, as far as was searched: all of the segment if nothing durable was found.
    var end: Int
    /// Sound records of the same group.
    var records = 0

    /// Bytes that may be checksummed for each byte of the segment. Payloads made to look like records cannot keep it busy for
    /// longer; no others ever come near.
    private static let effort = 64

    /// - Parameters:
    ///   - offset: where the record should be.
    ///   - missing: its LSN.
    ///   - durable: what is known to have been durable.
    init(
        _ scanner: inout SegmentScanner, from offset: Int, missing: LSN, durable: LSN
    ) throws(SagaLogError) {
        end = offset
        self.durable = durable
        scanner.window.keep(from: Int.max)
        let limit = scanner.header.first.rawValue &+ UInt64(scanner.size / RecordFormat.headerBytes)
        let lsns = missing.rawValue + 1..<max(missing.rawValue, limit) + 1
        var (at, effort) = (offset, Self.effort * scanner.size)
        while at + 8 <= scanner.size {
            let bytes = try scanner.window.bytes(at: at, atLeast: min(RecordFormat.headerBytes, scanner.size - at))
            guard bytes.count >= 8, let base = bytes.baseAddress else { return }
            guard base.loadUnaligned(as: UInt64.self) != 0 else {
                at += 8
                continue
            }
            end = at + 8
            let available = bytes.count < RecordFormat.headerBytes ? 0 : scanner.size - at
            guard let length = RecordFormat.plausibleLength(base, available: available),
                lsns.contains(RecordFormat.lsn(base)), effort > 0
            else {
                at += 8
                continue
            }
            effort -= length
            let record = try scanner.window.bytes(at: at, atLeast: length)
            guard record.count >= length, let base = record.baseAddress,
                RecordFormat.isSound(base, length: length, seed: scanner.seed)
            else {
                at += 8
                continue
            }
            take(RecordFormat.place(base), at: at, missing: missing)
            if self.durable >= missing { return }
            at += length
            end = at
        }
        // What could not be looked at may be anything, so nothing is cut.
        if effort <= 0 { self.durable = max(durable, missing) }
    }

    private mutating func take(_ place: RecordFormat.Place, at offset: Int, missing: LSN) {
        if next == nil { next = Found(offset: offset, lsn: LSN(place.lsn), epoch: place.epoch) }
        let group = place.lsn - min(place.lsn, UInt64(place.group))
        durable = max(durable, LSN(group == 0 ? 0 : group - 1))
        records += 1
    }
}
