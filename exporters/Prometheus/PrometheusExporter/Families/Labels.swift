import SagaTelemetry

/// The labels of one series, sorted, so that equal sets are equal text.
struct Labels: Equatable {
    struct Pair: Equatable {
        var name: String
        var value: String
    }

    private(set) var pairs: [Pair] = []

    /// - Parameter scope: told on every series; nil for labels that are no series' own.
    init(_ attributes: Attributes, scope: InstrumentationScope?, escaping: NameEscaping) {
        var own: [Pair] = []
        if let scope {
            own = [
                Pair(name: "otel_scope_name", value: scope.name),
                Pair(name: "otel_scope_version", value: scope.version),
            ]
            for index in own.indices { own[index].name = escaping.escape(own[index].name, allowingColon: false) }
        }
        // Attributes come sorted by key: the order in which the specification joins values of keys that become one.
        for (key, value) in attributes.pairs {
            var name = PrometheusName.label(key, escaping)
            // Names that belong to the exporter and to Prometheus' own types. An attribute of such a name is kept under
            // `exported_…`, as Prometheus does with labels that clash with its own.
            if name == "le" || name == "quantile" || own.contains(where: { $0.name == name }) {
                name = "exported_" + name
            }
            if let same = pairs.firstIndex(where: { $0.name == name }) {
                pairs[same].value += ";" + value.description
            } else {
                pairs.append(Pair(name: name, value: value.description))
            }
        }
        // To Prometheus an empty value and no label are the same series.
        pairs = (pairs + own).filter { !$0.value.isEmpty }.sorted { $0.name < $1.name }
    }

    /// - Parameter pairs: in the order in which they shall stand.
    init(_ pairs: [Pair]) { self.pairs = pairs }

    /// `a="b","c.d"="e"`, without braces.
    func text() -> [UInt8] {
        var text: [UInt8] = []
        for pair in pairs {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            Escaping.appendName(pair.name, allowingColon: false, to: &text)
            text += "=\"".utf8
            Escaping.appendQuoted(pair.value, to: &text)
            text.append(UInt8(ascii: "\""))
        }
        return text
    }
}
