import CSagascope

/// The consumer's side of every thread's rings. One consumer a signal: its processor.
enum RecordRings {
    /// A ring and how far it is to be drained: what comes later is the next drain's, so that one busy thread can neither
    /// keep a drain from ending nor use up what belongs to the others.
    struct Mark {
        fileprivate let ring: UnsafeMutablePointer<sgs_ring>
        fileprivate let end: UInt64
    }

    /// Every ring that holds something now.
    static func marks(_ signal: Signal) -> [Mark] {
        var marks: [Mark] = []
        forEachRing(signal) { ring in
            let end = sgs_ring_end(ring)
            if end != ring.pointee.tail { marks.append(Mark(ring: ring, end: end)) }
        }
        return marks
    }

    /// Takes records out of marked rings, oldest first within a thread, until the batch is full. Marks that are reached are
    /// removed.
    static func drain(_ marks: inout [Mark], into batch: inout RecordBatch, limit: BatchLimit) {
        while let mark = marks.last, limit.hasRoom(batch) {
            var at = mark.ring.pointee.tail
            var taken: UInt64 = 0
            var length: UInt64 = 0
            while at != mark.end, limit.hasRoom(batch), let record = sgs_ring_peek(mark.ring, at, &length) {
                batch.append(UnsafeRawBufferPointer(start: record, count: Int(length)))
                at += (length + 15) & ~7
                taken += 1
            }
            sgs_ring_release(mark.ring, at, taken)
            if at == mark.end { marks.removeLast() }
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
            let ring = sgs_ring_count(ring)
            counts.consumed += Int(ring.consumed)
            counts.written += Int(ring.written)
            counts.droppedFull += Int(ring.dropped_full)
            counts.droppedLarge += Int(ring.dropped_large)
            counts.droppedClosed += Int(ring.dropped_closed)
        }
        return counts
    }

    /// Bytes of all rings there are.
    static func capacity(_ signal: Signal) -> Int {
        var bytes = 0
        forEachRing(signal) { bytes += Int(sgs_ring_capacity($0)) }
        return bytes
    }

    private static func forEachRing(_ signal: Signal, _ body: (UnsafeMutablePointer<sgs_ring>) -> Void) {
        var thread = sgs_thread_first()
        while let block = thread {
            body(block.ring(signal))
            thread = block.pointee.next
        }
    }
}

/// How large one request may become.
struct BatchLimit: Sendable {
    let records: Int
    /// Collectors refuse requests above some 20 MiB; records may be 64 KiB each.
    let bytes = 4 << 20

    func hasRoom(_ batch: RecordBatch) -> Bool { batch.count < records && batch.bytes.count < bytes }
}

/// What all rings of a signal have counted since the process began.
struct RingCounts: Sendable {
    var written = 0
    var consumed = 0
    var droppedFull = 0
    var droppedLarge = 0
    var droppedClosed = 0
}
