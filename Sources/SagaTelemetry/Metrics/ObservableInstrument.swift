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
        var series = SeriesTable<Attributes>()
        var overflow: Int?
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
    func read(limit: Int) -> (attributes: [Attributes], points: MetricSnapshot.Points) {
        let callbacks = state.withLock { $0.callbacks }
        var observations = Observations()
        for callback in callbacks { callback.measure(&observations) }
        return state.withLock { state in
            var points: [Int: NumberPoint] = [:]
            for (attributes, value) in observations.values {
                let series = Self.number(of: attributes, limit, in: &state)
                points[series] = NumberPoint(series: series, value: value)
            }
            return (state.series.keys, .numbers(points.values.sorted { $0.series < $1.series }))
        }
    }

    private static func number(of attributes: Attributes, _ limit: Int, in state: inout State) -> Int {
        if let known = state.series.number(of: attributes) { return known }
        let ordinary = state.series.count - (state.overflow == nil ? 0 : 1)
        if ordinary < limit { return state.series.add(attributes) }
        let overflow = state.overflow ?? state.series.add(InstrumentFamily.overflow)
        state.overflow = overflow
        return overflow
    }
}
