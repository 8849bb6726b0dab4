import Synchronization

/// What an observable instrument's callback reports into.
public struct Observations {
    fileprivate var values: [(Attributes, NumberPoint.Value)] = []

    public mutating func observe(_ value: Int, _ attributes: Attributes = .empty) {
        values.append((attributes, .int(Int64(value))))
    }

    public mutating func observe(_ value: Double, _ attributes: Attributes = .empty) {
        values.append((attributes, .double(value)))
    }
}

/// A callback that measures at collection time, until it is cancelled.
public struct Observation: Sendable {
    fileprivate let instrument: ObservableInstrument
    fileprivate let id: Int

    public func cancel() { instrument.remove(id) }
}

/// An instrument whose values are asked for when somebody looks.
final class ObservableInstrument: Sendable {
    let descriptor: MetricDescriptor
    private let state = Mutex(State())

    private struct State {
        var callbacks: [(id: Int, measure: @Sendable (inout Observations) -> Void)] = []
        var nextID = 0
        var ordinals: [Attributes: Int] = [:]
    }

    init(_ descriptor: MetricDescriptor) { self.descriptor = descriptor }

    func add(_ measure: @escaping @Sendable (inout Observations) -> Void) -> Observation {
        state.withLock { state in
            defer { state.nextID += 1 }
            state.callbacks.append((state.nextID, measure))
            return Observation(instrument: self, id: state.nextID)
        }
    }

    func remove(_ id: Int) {
        state.withLock { state in state.callbacks.removeAll { $0.id == id } }
    }

    /// One point per set of attributes; of two observations of one set the later one stands. Past the cardinality limit
    /// further sets share the overflow series, where the last one stands.
    func points() -> MetricSnapshot.Points {
        let callbacks = state.withLock { $0.callbacks }
        var observations = Observations()
        for callback in callbacks { callback.measure(&observations) }
        var points: [Int: NumberPoint] = [:]
        state.withLock { state in
            for (attributes, value) in observations.values {
                let isKnown = state.ordinals[attributes] != nil
                let hasRoom = state.ordinals.count < InstrumentFamily.cardinalityLimit
                let attributes = isKnown || hasRoom ? attributes : InstrumentFamily.overflow
                let ordinal = state.ordinals[attributes] ?? state.ordinals.count
                state.ordinals[attributes] = ordinal
                points[ordinal] = NumberPoint(series: ordinal, attributes: attributes, value: value)
            }
        }
        return .numbers(points.values.sorted { $0.series < $1.series })
    }
}
