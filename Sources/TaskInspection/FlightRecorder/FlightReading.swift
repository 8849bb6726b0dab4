internal import CSagascope

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One look at what the threads have written: their chunks copied, put in order, decoded, and merged by time.
struct FlightReading {
    /// How far back, in nanoseconds.
    let window: UInt64

    func recording() -> FlightRecording {
        let chunks = Self.copyChunks()
        // After the copy, so that nothing in it is younger.
        let now = sgs_recording_ns()
        // The same for all: the clock's may be refreshed meanwhile.
        let epoch = sgs_epoch()
        var recording = FlightRecording(
            events: [], time: now &+ epoch, bootTime: Self.bootTime, process: .current,
            dropped: sgs_flight_dropped())
        recording.events.reserveCapacity(chunks.reduce(0) { $0 + Int($1.used) })
        chunks.withUnsafeBufferPointer { chunks in
            guard let base = chunks.baseAddress else { return }
            let places = chunks.indices.map { ChunkPlace(chunks[$0], at: $0) }
            var thread: UInt32?
            for place in ChunkPlace.unbroken(places) {
                let chunk = base + place.index
                // Numbered anew: those of the session are as many as there ever were.
                if place.thread != thread { recording.threads.append(chunk.pointee.os_thread) }
                thread = place.thread
                decode(chunk, now, epoch, into: &recording)
            }
        }
        // Stable, so that what a thread noted within one tick stays in its order.
        recording.events.sort { $0.time < $1.time }
        return recording
    }

    private static func copyChunks() -> [sgs_flight_chunk] {
        let count = Int(sgs_flight_chunks())
        return Array(unsafeUninitializedCapacity: count) { memory, initialized in
            initialized = memory.baseAddress.map { Int(sgs_flight_copy($0, UInt64(count))) } ?? 0
        }
    }

    private func decode(
        _ chunk: UnsafePointer<sgs_flight_chunk>, _ now: UInt64, _ epoch: UInt64, into recording: inout FlightRecording
    ) {
        let oldest = now - min(now, window)
        let thread = UInt32(recording.threads.count - 1)
        for index in 0..<chunk.pointee.used {
            let event = sgs_flight_decode(chunk, index, now)
            guard event.time >= oldest, let kind = FlightEvent.Kind(rawValue: event.kind) else { continue }
            recording.events.append(
                FlightEvent(
                    time: event.time &+ epoch, kind, task: event.task, other: event.other, label: event.label,
                    thread: thread))
        }
    }

    private static var bootTime: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension ChunkPlace {
    fileprivate init(_ chunk: sgs_flight_chunk, at index: Int) {
        self.init(
            thread: chunk.thread, order: chunk.order, isFull: chunk.used == SGS_FLIGHT_CHUNK_ENTRIES, index: index)
    }
}
