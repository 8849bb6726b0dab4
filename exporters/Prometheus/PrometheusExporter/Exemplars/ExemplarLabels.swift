import SagaTelemetry

extension Labels {
    /// The combined length of an exemplar's label names and values, in characters (OpenMetrics 1.0, "Exemplars").
    static let exemplarLimit = 128

    /// `trace_id` and `span_id`, where there is a span, and the filtered attributes as long as they fit.
    init(_ exemplar: Exemplar, escaping: NameEscaping) {
        var trace: [Pair] = []
        if exemplar.traceID.isValid, exemplar.spanID.isValid {
            trace = [
                Pair(name: escaping.escape("trace_id", allowingColon: false), value: exemplar.traceID.description),
                Pair(name: escaping.escape("span_id", allowingColon: false), value: exemplar.spanID.description),
            ]
        }
        var room = Self.exemplarLimit - trace.reduce(0) { $0 + $1.length }
        self.init(exemplar.filteredAttributes, scope: nil, escaping: escaping)
        var chosen = trace
        for pair in pairs where pair.length <= room && !trace.contains(where: { $0.name == pair.name }) {
            chosen.append(pair)
            room -= pair.length
        }
        self.init(chosen)
    }
}

extension Labels.Pair {
    fileprivate var length: Int { name.unicodeScalars.count + value.unicodeScalars.count }
}
