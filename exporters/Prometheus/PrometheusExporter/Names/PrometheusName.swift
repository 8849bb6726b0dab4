import SagaTelemetry

/// OpenTelemetry names as Prometheus accepts them.
///
/// Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility"; Prometheus data model.
enum PrometheusName {
    /// What a family is called, and the unit at the end of that name, where it stands there.
    struct FamilyName: Equatable {
        /// Without the suffixes of samples: a counter's `_total` among them.
        let name: String
        let unit: String?
    }

    /// The family name of a metric: its own name, then the unit, then `_ratio`; for a scraper without UTF-8, words joined
    /// by single underscores. A unit or suffix that the name already has is not said twice.
    ///
    /// - Returns: nil when no letter or digit of the name is left.
    static func family(_ descriptor: MetricDescriptor, _ escaping: NameEscaping) -> FamilyName? {
        var words = descriptor.name.split { !$0.isMetricWord }.map(String.init)
        let isNamed = escaping == .underscores ? !words.isEmpty : !descriptor.name.isEmpty
        guard isNamed else { return nil }
        let isCounter = descriptor.kind == .counter
        var name = descriptor.name
        if isCounter, words.count > 1, words.last == "total" {
            words.removeLast()
            if name.hasSuffix("total") { name.removeLast("total".count + 1) }
        }

        var suffixes: [String] = []
        let unit = PrometheusUnit.words(of: descriptor.unit)
        if !contains(words, unit) { suffixes += unit }
        // Only a gauge of unit 1 is surely a ratio; many counters of things carry 1 too.
        if descriptor.unit == "1", descriptor.kind == .gauge, words.last != "ratio" { suffixes.append("ratio") }

        if escaping == .underscores {
            name = withoutLeadingDigit((words + suffixes).joined(separator: "_"))
        } else {
            name = ([name] + suffixes).joined(separator: "_")
            // Escaped with its suffix, since the underscore before it may be escaped too; cut off again after that.
            name = escaping.escape(isCounter ? name + "_total" : name, allowingColon: true)
            if isCounter { name.removeLast("_total".count) }
        }
        let unitName = unit.joined(separator: "_")
        return FamilyName(name: name, unit: !unit.isEmpty && name.hasSuffix("_" + unitName) ? unitName : nil)
    }

    /// The label name of an attribute key. In ASCII it is `[a-zA-Z_][a-zA-Z0-9_]*` with runs of underscores folded into one.
    ///
    /// In no scheme does a key become one of Prometheus' internal names, which begin with two underscores.
    static func label(_ key: String, _ escaping: NameEscaping) -> String {
        guard escaping == .underscores else {
            let name = escaping.escape(key.isEmpty ? "_" : key, allowingColon: false)
            let leading = name.utf8.prefix { $0 == UInt8(ascii: "_") }.count
            return leading > 1 ? String(name.dropFirst(leading - 1)) : name
        }
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
