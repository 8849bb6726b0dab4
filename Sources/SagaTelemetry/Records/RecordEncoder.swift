import CSagascope

/// Writes one record (a span or an event) as OTLP bytes into a slot while it is being recorded.
///
/// The slot belongs to whoever holds the encoder: ``TraceSpan`` and ``EventAttributes`` are `~Copyable`, so there is one
/// writer, and the compiler checks it.
@frozen @usableFromInline struct RecordEncoder {
    @usableFromInline let slot: UnsafeMutablePointer<sgs_slot>

    /// nil when there is no memory for a record.
    @inlinable @inline(__always) init?() {
        guard let slot = sgs_slot_get(sgs_self()) else { return nil }
        self.slot = slot
        sgs_slot_begin(slot, sgs_epoch())
    }

    /// Now, by the clock as it was when the record began: the wall clock may be set meanwhile, a duration stays true.
    @inlinable @inline(__always) var now: UInt64 { sgs_recording_ns() &+ slot.pointee.epoch_offset }

    /// Room for `count` bytes at the cursor; false when the record would become larger than a ring takes.
    @inlinable @inline(__always) func reserve(_ count: Int) -> Bool {
        if slot.pointee.cursor + count <= slot.pointee.limit { return true }
        return grow(count)
    }

    @usableFromInline @inline(never) func grow(_ count: Int) -> Bool {
        sgs_slot_grow(slot, UInt64(count)) != 0
    }

    @inlinable @inline(__always) var cursor: WirePointer {
        get { WirePointer(slot.pointee.cursor) }
        nonmutating set { slot.pointee.cursor = newValue.assumingMemoryBound(to: UInt8.self) }
    }

    @inlinable @inline(__always) var count: Int { slot.pointee.cursor - slot.pointee.start }

    /// Copies the record into this thread's ring and gives the slot back. After recording was switched off nobody would
    /// take the record out: it is counted as dropped.
    @inlinable @inline(__always) func commit(to signal: Signal) {
        let thread = sgs_self()!
        Self.copy(UnsafeRawBufferPointer(start: slot.pointee.start, count: count), to: signal, of: thread)
        sgs_slot_put(thread, slot)
    }

    @inlinable @inline(__always)
    static func copy(
        _ record: UnsafeRawBufferPointer, to signal: Signal, of thread: UnsafeMutablePointer<sgs_thread> = sgs_self()
    ) {
        let ring = thread.ring(signal)
        let length = UInt64(record.count)
        if sgs_is_recording() == 0 {
            sgs_count(&ring.pointee.dropped_closed)
        } else if let place = sgs_ring_reserve(ring, length, signal.rawValue), let bytes = record.baseAddress {
            UnsafeMutableRawPointer(place).copyMemory(from: bytes, byteCount: record.count)
            sgs_ring_commit(ring, place, length, signal.rawValue)
        }
    }
}

/// Which of a thread's two rings a record goes to.
@frozen public enum Signal: Int32, Sendable, CaseIterable {
    case spans = 0
    /// Events: OTLP log records.
    case logs = 1
}

extension UnsafeMutablePointer<sgs_thread> {
    @inlinable @inline(__always) func ring(_ signal: Signal) -> UnsafeMutablePointer<sgs_ring> {
        sgs_thread_ring(self, signal.rawValue)
    }
}
