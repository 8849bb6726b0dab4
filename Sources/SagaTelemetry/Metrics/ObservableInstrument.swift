import Synchronization

/// What an observable instrument's callback reports into.
public struct Observations {
    fileprivate var values: [(Attributes, NumberPoint.Value)] = []
    fileprivate let readings: CollectionReadings

    public mutating func observe(_ value: Int, _ attributes: Attributes = .empty) {
        values.append((attributes, .int(Int64(value))))
    }

    public mutating func observe(_ value: Double, _ attributes: Attributes = .empty) {
        values.append((attributes, .double(value)))
    }

    /// What `reading` says in this collection, to whichever instrument asks: their figures are of one instant, and add up.
    package func value<Value>(of reading: SharedReading<Value>) -> Value { readings.value(of: reading) }
}

/// A callback that measures at collection time, until it is cancelled.
public struct Observation: Sendable {
    fileprivate let instrument: ObservableInstrument
    fileprivate let id: Int

    public func cancel() { instrument.remove(id) }
}

/// An instrument whose values are asked for when somebody looks.
final class ObservableInstrument: Sendable {
    /// Values of series that a view makes one, or that share the overflow, add up; of a gauge the last one stands.
    private let isSum: Bool
    private let attributes: MetricView.AttributeFilter?
    private let state = Mutex(State())

    private struct State {
        var callbacks: [(id: Int, measure: @Sendable (inout Observations) -> Void)] = []
        var nextID = 0
        var series = SeriesTable<Attributes>()
    }

    init(isSum: Bool, attributes: MetricView.AttributeFilter?) {
        self.isSum = isSum
        self.attributes = attributes
    }

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

    /// One point per series; of two observations of one set of attributes the later one stands.
    /// - Returns: `overflow`, how many sets had no series of their own.
    func read(
        limit: Int, _ readings: CollectionReadings
    ) -> (attributes: [Attributes], points: MetricSnapshot.Points, overflow: Int) {
        let callbacks = state.withLock { $0.callbacks }
        var observations = Observations(readings: readings)
        for callback in callbacks { callback.measure(&observations) }
        let latest = Dictionary(observations.values, uniquingKeysWith: { $1 })
        return state.withLock { state in
            var values: [Int: NumberPoint.Value] = [:]
            var overflow = 0
            // In the order of observation, so that series are numbered alike in every run.
            var isDone: Set<Attributes> = []
            for (observed, _) in observations.values where isDone.insert(observed).inserted {
                guard let value = latest[observed] else { continue }
                let series: Int
                switch state.series.place(of: observed.filtered(by: attributes), limit: limit) {
                case .known(let number), .new(let number): series = number
                case .overflow(let number), .firstOverflow(let number):
                    series = number
                    overflow += 1
                }
                if isSum, let before = values[series] {
                    values[series] = before + value
                } else {
                    values[series] = value
                }
            }
            let points = values.map { NumberPoint(series: $0, value: $1) }.sorted { $0.series < $1.series }
            return (state.series.keys, .numbers(points), overflow)
        }
    }
}
