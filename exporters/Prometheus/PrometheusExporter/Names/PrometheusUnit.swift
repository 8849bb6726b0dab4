/// How a UCUM unit reads inside a Prometheus metric name.
///
/// Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", metric metadata; words as the
/// Prometheus project's own translator spells them.
enum PrometheusUnit {
    /// The words that `unit` adds to a name, in order: `["bytes", "per", "second"]` for `By/s`.
    ///
    /// Annotations in braces add nothing, nor does `1`: the ratio of a gauge is a matter of the instrument.
    static func words(of unit: String) -> [String] {
        let parts = withoutAnnotations(unit).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let main = parts.first else { return [] }
        var words = tokens(spelled[String(main)] ?? String(main))
        if parts.count == 2 {
            let divisor = tokens(spelledAfterPer[String(parts[1])] ?? String(parts[1]))
            if !divisor.isEmpty { words += ["per"] + divisor }
        }
        return words
    }

    private static func withoutAnnotations(_ unit: String) -> String {
        var kept = ""
        var depth = 0
        for character in unit {
            switch character {
            case "{": depth += 1
            case "}": depth = max(0, depth - 1)
            default: if depth == 0 { kept.append(character) }
            }
        }
        return kept
    }

    private static func tokens(_ text: String) -> [String] {
        text.split { !$0.isMetricWord }.map(String.init)
    }

    private static let spelled: [String: String] = [
        "d": "days", "h": "hours", "min": "minutes", "s": "seconds",
        "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds",
        "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes", "TiBy": "tebibytes",
        "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes",
        "m": "meters", "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams",
        "Cel": "celsius", "Hz": "hertz", "%": "percent", "1": "",
    ]

    /// After "per" units stand in the singular, and `m` is a minute.
    private static let spelledAfterPer: [String: String] = [
        "s": "second", "m": "minute", "min": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year",
    ]
}
