import SagaTelemetry

/// The resource as `target_info`: an info metric in OpenMetrics, a gauge in the formats that have none.
struct TargetInfo: Equatable {
    static let help = "Attributes of the entity that produces these metrics."

    /// In OpenMetrics, where `_info` is a suffix of the sample.
    let familyName: String
    let sampleName: String
    let labels: Labels

    /// - Returns: nil for an empty resource.
    init?(_ resource: Resource, escaping: NameEscaping) {
        labels = Labels(resource.attributes, scope: nil, escaping: escaping)
        guard !labels.pairs.isEmpty else { return nil }
        sampleName = Self.sampleName(escaping)
        familyName = String(sampleName.dropLast("_info".count))
    }

    static func sampleName(_ escaping: NameEscaping) -> String { escaping.escape("target_info", allowingColon: true) }
}
