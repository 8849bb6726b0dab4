import SagaTelemetry

/// The value of an `Accept` or `Accept-Encoding` header: what a client takes, and how much it likes each.
/// Source: RFC 9110, section 12.4.2.
struct PreferenceList {
    /// By name in lower case, parameters left out: 0, "not acceptable", to 1.
    private(set) var weights: [String: Double] = [:]

    /// - Parameter header: several headers are one list. nil and what is malformed name nothing.
    init(_ header: String?) {
        for element in (header ?? "").split(separator: ",") {
            // Codings, media types and parameter names know no case.
            let parameters = element.split(separator: ";").map { $0.trimmingBlanks().lowercased() }
            guard let name = parameters.first, !name.isEmpty else { continue }
            weights[name] = Self.weight(parameters.dropFirst())
        }
    }

    /// 1 unless a parameter says otherwise; 0 for a weight that is none.
    private static func weight(_ parameters: ArraySlice<String>) -> Double {
        guard let quality = parameters.first(where: { $0.hasPrefix("q=") }) else { return 1 }
        guard let weight = Double(quality.dropFirst(2)), (0...1).contains(weight) else { return 0 }
        return weight
    }
}
