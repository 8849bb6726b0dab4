import SagaTelemetry

/// The labels of one series, in the canonical order in which equal sets are equal bytes.
struct Labels {
    /// Names that belong to the exporter and to Prometheus' own types. An attribute of such a name is kept under
    /// `exported_…`, as Prometheus does with labels that clash with its own.
    static let reservedNames: Set<String> = ["otel_scope_name", "otel_scope_version", "le", "quantile"]

    private(set) var pairs: [(name: String, value: String)] = []

    init(_ attributes: Attributes) {
        // Attributes come sorted by key: the order in which the specification joins values of keys that become one.
        for (key, value) in attributes.pairs {
            var name = PrometheusName.label(key)
            if Self.reservedNames.contains(name) { name = "exported_" + name }
            if let same = pairs.firstIndex(where: { $0.name == name }) {
                pairs[same].value += ";" + value.description
            } else {
                pairs.append((name, value.description))
            }
        }
    }

    mutating func add(_ scope: InstrumentationScope) {
        pairs.append(("otel_scope_name", scope.name))
        pairs.append(("otel_scope_version", scope.version))
    }

    /// `a="b",c="d"`, without braces.
    ///
    /// To Prometheus an empty value and no label are the same series, so an empty value is left out.
    func text() -> [UInt8] {
        var text: [UInt8] = []
        for (name, value) in pairs.sorted(by: { $0.name < $1.name }) where !value.isEmpty {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text += name.utf8
            text += "=\"".utf8
            Escaping.appendLabelValue(value, to: &text)
            text.append(UInt8(ascii: "\""))
        }
        return text
    }
}
