import CSagascope

/// The consumer's side of every thread's rings. One consumer a signal: its processor.
enum RecordRings {
    /// Takes up to `limit` records out of the rings, oldest first within a thread, and copies them into `batch`.
    static func drain(_ signal: Signal, into batch: inout RecordBatch, limit: Int) {
        forEachRing(signal) { ring in
            var at = ring.pointee.tail
            var taken: UInt64 = 0
            var length: UInt64 = 0
            while batch.count < limit, let record = sgs_ring_peek(ring, at, &length) {
                batch.append(UnsafeRawBufferPointer(start: record, count: Int(length)))
                at += (length + 15) & ~7
                taken += 1
            }
            if taken > 0 { sgs_ring_release(ring, at, taken) }
        }
    }

    /// Takes everything out and answers how many records that were.
    static func discard(_ signal: Signal) -> Int {
        var total = 0
        forEachRing(signal) { ring in
            var at = ring.pointee.tail
            var taken: UInt64 = 0
            var length: UInt64 = 0
            while sgs_ring_peek(ring, at, &length) != nil {
                at += (length + 15) & ~7
                taken += 1
            }
            sgs_ring_release(ring, at, taken)
            total += Int(taken)
        }
        return total
    }

    static func counts(_ signal: Signal) -> RingCounts {
        var counts = RingCounts()
        forEachRing(signal) { ring in
            // `consumed` before `written`, so that what waits is never negative.
            counts.consumed += Int(ring.pointee.consumed)
            counts.written += Int(ring.pointee.written)
            counts.droppedFull += Int(ring.pointee.dropped_full)
            counts.droppedLarge += Int(ring.pointee.dropped_large)
        }
        return counts
    }

    private static func forEachRing(_ signal: Signal, _ body: (UnsafeMutablePointer<sgs_ring>) -> Void) {
        var thread = sgs_thread_first()
        while let block = thread {
            body(block.ring(signal))
            thread = block.pointee.next
        }
    }
}

/// What all rings of a signal have counted since the process began.
struct RingCounts: Sendable {
    var written = 0
    var consumed = 0
    var droppedFull = 0
    var droppedLarge = 0
}
