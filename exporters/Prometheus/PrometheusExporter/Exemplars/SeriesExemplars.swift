import SagaTelemetry

/// Finds each series' exemplars while points are visited in the order of their series.
struct SeriesExemplars {
    private var rest: ArraySlice<Exemplar>

    /// - Parameter exemplars: sorted by series.
    init(_ exemplars: [Exemplar]) { rest = exemplars[...] }

    /// Those of `series`. A series before the last one asked for has none left.
    mutating func next(of series: Int) -> ArraySlice<Exemplar> {
        rest = rest.drop { $0.series < series }
        let found = rest.prefix { $0.series == series }
        rest = rest.dropFirst(found.count)
        return found
    }
}

extension Collection<Exemplar> {
    /// The exemplar of a counter: it may have one, so the last one measured.
    var latest: Exemplar? { self.max { $0.time < $1.time } }

    /// The exemplar of the bucket that ends with `bound` and begins behind `previous`: it may have one, so the largest, as
    /// OpenTelemetry's rules for Prometheus have it.
    func largest(above previous: Double, upTo bound: Double) -> Exemplar? {
        self.filter { previous < $0.number && $0.number <= bound }.max { $0.number < $1.number }
    }
}

extension Exemplar {
    var number: Double {
        switch value {
        case .int(let value): Double(value)
        case .double(let value): value
        }
    }
}
