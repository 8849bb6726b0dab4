import CSagascope
import Synchronization

/// The spans of one saga run that is not sampled, until it is known how the run ends: a run that fails is exported all the
/// same, one that succeeds is forgotten.
///
/// Bounded: so many runs at once, so many bytes a run and in all. What goes beyond is counted and not kept. The trace stays
/// unsampled on the wire, so that other services record nothing of it.
final class HeldRun: Sendable {
    fileprivate struct State {
        /// Records, each after its length in 8 bytes.
        var records: [UInt8] = []
        var count = 0
        /// Counts the runs that had this place, so that a span of an earlier one is not taken for one of this.
        var generation: UInt32 = 0
        var phase = Phase.free
    }

    fileprivate enum Phase {
        case free
        /// It may still succeed.
        case waiting
        /// It will not: its spans are exported as they end.
        case kept
    }

    private let state = Mutex(State())

    // MARK: the life of a run

    /// A place for a run that begins now.
    /// - Returns: what its trace carries from now on; nil when there is no place left, which is counted.
    static func open() -> UInt32? {
        guard let place = freePlaces.withLock({ $0.popLast() }) else {
            HeldRunCounters.shared.runsNotHeld.add()
            return nil
        }
        let generation = places[Int(place)].state.withLock { state in
            state.phase = .waiting
            return state.generation
        }
        return generation << placeBits | UInt32(place)
    }

    /// The run has not succeeded: exports what was held, and from now on each span as it ends.
    static func keep(_ trace: TraceContext) {
        guard let run = find(trace.traits.held) else { return }
        let (records, count) = run.place.state.withLock { state -> ([UInt8], Int) in
            guard state.generation == run.generation, state.phase == .waiting else { return ([], 0) }
            state.phase = .kept
            HeldRunCounters.shared.runsKept.add()
            return state.takeRecords()
        }
        bytesHeld.subtract(records.count, ordering: .relaxed)
        HeldRunCounters.shared.spansKept.add(count)
        forward(records)
    }

    /// The run is over. Its place is free; a span that ends later is counted as late.
    static func close(_ trace: TraceContext) {
        guard let run = find(trace.traits.held) else { return }
        let closed = run.place.state.withLock { state -> (bytes: Int, count: Int, wasWaiting: Bool)? in
            guard state.generation == run.generation, state.phase != .free else { return nil }
            let wasWaiting = state.phase == .waiting
            let (records, count) = state.takeRecords()
            state.phase = .free
            state.generation = (state.generation + 1) % generations
            return (records.count, count, wasWaiting)
        }
        guard let closed else { return }
        bytesHeld.subtract(closed.bytes, ordering: .relaxed)
        HeldRunCounters.shared.spansDiscarded.add(closed.count)
        if closed.wasWaiting { HeldRunCounters.shared.runsDiscarded.add() }
        freePlaces.withLock { $0.append(UInt16(run.index)) }
    }

    // MARK: spans

    /// A span of the run has ended.
    static func take(_ record: UnsafeRawBufferPointer, for held: UInt32) {
        guard let run = find(held) else { return }
        run.place.state.withLock { state in
            guard state.generation == run.generation else { return HeldRunCounters.shared.spansLate.add() }
            switch state.phase {
            case .free: HeldRunCounters.shared.spansLate.add()
            case .kept:
                HeldRunCounters.shared.spansKept.add()
                toRing(record)
            case .waiting: state.hold(record)
            }
        }
    }

    private static func forward(_ records: [UInt8]) {
        records.withUnsafeBytes { records in
            var at = 0
            while at < records.count {
                let length = Int(records.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                toRing(UnsafeRawBufferPointer(rebasing: records[(at + 8)..<(at + 8 + length)]))
                at += 8 + length
            }
        }
    }

    private static func toRing(_ record: UnsafeRawBufferPointer) {
        RecordEncoder.copy(record, to: .spans)
    }

    // MARK: places

    /// A trace carries the place in its low bits and the generation above; all zeros means no run.
    private static let placeBits: UInt32 = 10
    private static let generations: UInt32 = (TraceTraits.heldMask >> placeBits) + 1
    private static let places = (0..<(1 << placeBits)).map { _ in HeldRun() }
    private static let freePlaces = Mutex<[UInt16]>(Array((1..<UInt16(1 << placeBits)).reversed()))

    private static func find(_ held: UInt32) -> (place: HeldRun, index: Int, generation: UInt32)? {
        guard held != 0 else { return nil }
        let index = Int(held & (1 << placeBits - 1))
        return (places[index], index, held >> placeBits)
    }

    /// Bytes of one run, and of all runs together.
    fileprivate static let runLimit = 256 << 10
    fileprivate static let totalLimit = 16 << 20
    fileprivate static let bytesHeld = Atomic<Int>(0)
}

extension HeldRun.State {
    fileprivate mutating func hold(_ record: UnsafeRawBufferPointer) {
        let size = 8 + record.count
        guard records.count + size <= HeldRun.runLimit,
            HeldRun.bytesHeld.load(ordering: .relaxed) + size <= HeldRun.totalLimit
        else { return HeldRunCounters.shared.spansOverflow.add() }
        HeldRun.bytesHeld.add(size, ordering: .relaxed)
        withUnsafeBytes(of: UInt64(record.count)) { records.append(contentsOf: $0) }
        records.append(contentsOf: record)
        count += 1
    }

    fileprivate mutating func takeRecords() -> ([UInt8], Int) {
        defer {
            records = []
            count = 0
        }
        return (records, count)
    }
}

/// What became of runs that were not sampled, and of their spans.
private struct HeldRunCounters {
    static let shared = HeldRunCounters()

    let runsKept = Self.runs("kept")
    let runsDiscarded = Self.runs("discarded")
    let runsNotHeld = Self.runs("not_held")
    let spansKept = Self.spans("kept")
    let spansDiscarded = Self.spans("discarded")
    let spansOverflow = Self.spans("overflow")
    let spansLate = Self.spans("late")

    private static func runs(_ outcome: AttributeValue) -> BoundCounter {
        MetricRegistry.shared.counter(MetricCatalogue.unsampledRuns, ["outcome": outcome])
    }

    private static func spans(_ outcome: AttributeValue) -> BoundCounter {
        MetricRegistry.shared.counter(MetricCatalogue.unsampledSpans, ["outcome": outcome])
    }
}
