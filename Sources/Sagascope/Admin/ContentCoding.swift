import SagaTelemetry

/// Which content coding a client wants. Source: RFC 9110, sections 12.4.2 and 12.5.3.
enum ContentCoding: Equatable {
    case identity
    case gzip

    /// - Parameter acceptEncoding: the header's value; several headers are one list. nil or malformed means identity, which
    ///   every client reads.
    init(acceptEncoding: String?) {
        var weights: [String: Double] = [:]
        for element in (acceptEncoding ?? "").split(separator: ",") {
            // Codings and parameter names know no case.
            let parameters = element.split(separator: ";").map { $0.trimmingBlanks().lowercased() }
            guard let coding = parameters.first, !coding.isEmpty else { continue }
            weights[coding] = Self.weight(parameters.dropFirst())
        }
        let gzip = weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0
        // Identity need not be named to be acceptable; only when named can it be preferred.
        let identity = weights["identity"] ?? 0
        self = gzip > 0 && gzip >= identity ? .gzip : .identity
    }

    /// 1 unless a parameter says otherwise; 0, "not acceptable", for a weight that is none.
    private static func weight(_ parameters: ArraySlice<String>) -> Double {
        guard let quality = parameters.first(where: { $0.hasPrefix("q=") }) else { return 1 }
        guard let weight = Double(quality.dropFirst(2)), (0...1).contains(weight) else { return 0 }
        return weight
    }
}
