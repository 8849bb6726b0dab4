import SagaTelemetry

/// OpenTelemetry names as Prometheus accepts them.
///
/// Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility"; Prometheus data model.
enum PrometheusName {
    /// The family name of a metric: words joined by single underscores, then the unit, then `_ratio` or `_total`.
    ///
    /// A unit or suffix that the name already has is not said twice.
    /// - Returns: nil when no letter or digit of the name is left.
    static func metric(_ descriptor: MetricDescriptor) -> String? {
        var words = descriptor.name.split { !$0.isMetricWord }.map(String.init)
        guard !words.isEmpty else { return nil }
        let isCounter = descriptor.kind == .counter
        if isCounter, words.count > 1, words.last == "total" { words.removeLast() }

        let unit = PrometheusUnit.words(of: descriptor.unit)
        if !contains(words, unit) { words += unit }
        // Only a gauge of unit 1 is surely a ratio; many counters of things carry 1 too.
        if descriptor.unit == "1", descriptor.kind == .gauge, words.last != "ratio" { words.append("ratio") }
        if isCounter { words.append("total") }
        return withoutLeadingDigit(words.joined(separator: "_"))
    }

    /// The label name of an attribute key: `[a-zA-Z_][a-zA-Z0-9_]*`, runs of underscores folded into one, so that no
    /// key becomes one of Prometheus' internal names, which begin with two.
    static func label(_ key: String) -> String {
        var name = ""
        for scalar in key.unicodeScalars {
            let isValid = scalar != ":" && scalar.isMetricWord
            if isValid {
                name.unicodeScalars.append(scalar)
            } else if name.last != "_" {
                name.append("_")
            }
        }
        return name.isEmpty ? "_" : withoutLeadingDigit(name)
    }

    private static func withoutLeadingDigit(_ name: String) -> String {
        name.first?.isNumber == true ? "_" + name : name
    }

    /// Whether `part` occurs in `words` as one run.
    private static func contains(_ words: [String], _ part: [String]) -> Bool {
        guard words.count >= part.count else { return false }
        return (0...(words.count - part.count)).contains { words[$0...].starts(with: part) }
    }
}
