import SagaTelemetry

/// All series under one Prometheus name: one HELP, one TYPE, one UNIT, and the instruments whose names became this one.
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

    /// As OpenMetrics has it: without the suffixes of samples.
    let name: String
    let kind: Kind
    /// The unit that the name ends with.
    let unit: String?
    /// Of several descriptions the first one stands; without any, the OpenTelemetry name does, because Prometheus' own
    /// linter takes a missing help text for a fault.
    let help: String
    /// The OpenTelemetry name that made the family, for messages.
    let founder: String
    /// The numbers of its instruments, in the order in which they were met.
    var instruments: [Int] = []
    /// The label texts of every series so far: a second series with the same one would be a duplicate sample.
    private var labelTexts: Set<[UInt8]> = []

    init(name: PrometheusName.FamilyName, kind: Kind, descriptor: MetricDescriptor) {
        self.name = name.name
        self.kind = kind
        self.unit = name.unit
        self.founder = descriptor.name
        self.help = descriptor.description.allSatisfy(\.isWhitespace) ? descriptor.name : descriptor.description
    }

    /// The name that the Prometheus formats know the family by: that of a counter has its suffix.
    var sampleName: String { kind == .counter ? name + "_total" : name }

    /// Every name that samples of this family may have in some format.
    var sampleNames: [String] {
        switch kind {
        case .counter: [name + "_total", name + "_created"]
        case .gauge: [name]
        case .histogram: ["", "_bucket", "_sum", "_count", "_created"].map { name + $0 }
        }
    }

    /// - Returns: false when another series of the family has these labels.
    func claim(labels: [UInt8]) -> Bool { labelTexts.insert(labels).inserted }
}
