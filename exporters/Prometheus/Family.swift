import SagaTelemetry

/// All series under one Prometheus name: one HELP, one TYPE, and the instruments whose names became this one.
final class Family {
    enum Kind: String {
        case counter, gauge, histogram

        init(_ kind: MetricDescriptor.Kind) {
            switch kind {
            case .counter: self = .counter
            case .upDownCounter, .gauge: self = .gauge
            case .histogram: self = .histogram
            }
        }
    }

    let name: String
    let kind: Kind
    /// HELP and TYPE lines. Of several descriptions the first one stands; without any, the OpenTelemetry name does, because
    /// Prometheus' own linter takes a missing help text for a fault.
    let header: [UInt8]
    /// The OpenTelemetry name that made the family, for messages.
    let founder: String
    var instruments: [InstrumentLines] = []
    /// The label texts of every series so far: a second series with the same one would be a duplicate sample.
    private var labelTexts: Set<[UInt8]> = []

    init(name: String, kind: Kind, help: String, founder: String) {
        self.name = name
        self.kind = kind
        self.founder = founder
        var header: [UInt8] = []
        header += "# HELP \(name) ".utf8
        Escaping.appendHelp(help.allSatisfy(\.isWhitespace) ? founder : help, to: &header)
        header += "\n# TYPE \(name) \(kind.rawValue)\n".utf8
        self.header = header
    }

    /// Every name that samples of this family may have, its own first.
    var sampleNames: [String] {
        kind == .histogram ? [name, name + "_bucket", name + "_sum", name + "_count"] : [name]
    }

    /// - Returns: false when another series of the family has these labels.
    func claim(labels: [UInt8]) -> Bool { labelTexts.insert(labels).inserted }
}
