/// What the next record of a log has to be: the LSN after the last one, in the same group and batch or at the beginning of a
/// new one, and of no earlier epoch.
struct RecordChain {
    /// LSN of the next record.
    private(set) var next: UInt64
    private(set) var epoch: UInt32
    private var group: UInt64
    private var batchFirst: UInt64
    private var batchLast: UInt64
    /// Whether the next record may be in the middle of a group or a batch whose beginning is not there.
    private var isAnywhere: Bool

    /// - Parameter isAnywhere: what lies before was lost, or is not looked at.
    init(next: LSN, epoch: UInt32, isAnywhere: Bool = false) {
        self.next = next.rawValue
        self.epoch = epoch
        self.isAnywhere = isAnywhere
        (group, batchFirst, batchLast) = (0, 0, 0)
    }

    /// Whether records of the batch are still to come.
    @inline(__always) var isInBatch: Bool { next <= batchLast }

    /// - Returns: whether a record with this place is the next one; if not, nothing has changed.
    @inline(__always) mutating func take(_ place: RecordFormat.Place) -> Bool {
        guard place.lsn == next, place.epoch >= epoch, place.batch <= place.group, UInt64(place.group) < next else {
            return false
        }
        let first = (group: next - UInt64(place.group), batch: next - UInt64(place.batch))
        let last = next + UInt64(place.rest)
        if isInBatch {
            guard first.group == group, first.batch == batchFirst, last == batchLast, place.epoch == epoch else {
                return false
            }
        } else if !isAnywhere {
            guard place.batch == 0, place.group == 0 || first.group == group else { return false }
        }
        (group, batchFirst, batchLast) = (first.group, first.batch, last)
        epoch = place.epoch
        isAnywhere = false
        next += 1
        return true
    }
}
