import SagaTelemetry

/// What tells the text formats apart.
enum TextSyntax {
    case prometheus
    case openMetrics

    /// The lines above a family's samples.
    func header(of family: Family) -> [UInt8] {
        switch self {
        case .prometheus:
            return header(family.sampleName, type: family.kind.rawValue, unit: nil, help: family.help)
        case .openMetrics:
            return header(family.name, type: family.kind.rawValue, unit: family.unit, help: family.help)
        }
    }

    func header(of target: TargetInfo) -> [UInt8] {
        switch self {
        case .prometheus: header(target.sampleName, type: "gauge", unit: nil, help: TargetInfo.help)
        case .openMetrics: header(target.familyName, type: "info", unit: nil, help: TargetInfo.help)
        }
    }

    private func header(_ name: String, type: String, unit: String?, help: String) -> [UInt8] {
        var quoted: [UInt8] = []
        Escaping.appendName(name, allowingColon: true, to: &quoted)
        var text: [UInt8] = []
        text += "# HELP ".utf8
        text += quoted
        text.append(UInt8(ascii: " "))
        Escaping.appendHelp(help, quotes: self == .openMetrics, to: &text)
        text += "\n# TYPE ".utf8
        text += quoted
        text += " \(type)\n".utf8
        if let unit {
            text += "# UNIT ".utf8
            text += quoted
            text += " \(unit)\n".utf8
        }
        return text
    }

    /// Everything of a sample's line up to and with the space before the value.
    static func appendSample(_ name: String, _ labels: [UInt8], upperBound: String? = nil, to text: inout [UInt8]) {
        let isLegacy = NameEscaping.isLegacy(name, true)
        var inside: [[UInt8]] = []
        var quoted: [UInt8] = []
        Escaping.appendName(name, allowingColon: true, to: &quoted)
        if isLegacy { text += quoted } else { inside.append(quoted) }
        if !labels.isEmpty { inside.append(labels) }
        if let upperBound { inside.append(Array("le=\"\(upperBound)\"".utf8)) }
        if !inside.isEmpty {
            text.append(UInt8(ascii: "{"))
            text += inside.joined(separator: CollectionOfOne(UInt8(ascii: ",")))
            text.append(UInt8(ascii: "}"))
        }
        text.append(UInt8(ascii: " "))
    }

    /// A bucket's `le`. OpenMetrics wants one spelling for each number, since to a server labels are but strings.
    func text(ofBound bound: Double) -> String {
        self == .openMetrics ? CanonicalNumber.text(bound) : DecimalText.string(bound)
    }

    /// Whether a counter may have this value. OpenMetrics has no counter below zero and none that is no number.
    @inline(__always)
    func allows(counter value: NumberPoint.Value) -> Bool {
        guard self == .openMetrics else { return true }
        return switch value {
        case .int(let value): value >= 0
        // False for NaN.
        case .double(let value): value >= 0
        }
    }

    /// Whether a histogram may tell its sum: in OpenMetrics only one that never falls, which below zero it would.
    func allows(sum: Double, hasNegativeBuckets: Bool) -> Bool {
        self == .prometheus || (sum >= 0 && !hasNegativeBuckets)
    }
}
