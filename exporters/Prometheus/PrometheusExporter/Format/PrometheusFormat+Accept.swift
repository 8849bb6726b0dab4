extension PrometheusFormat {
    /// The format that an Accept header asks for most: of those with the highest weight the first one that stands there.
    ///
    /// - Parameter accept: the header's value; several headers are one list, joined by commas. nil, malformed and asking for
    ///   something else altogether mean ``text``, as the negotiation rules have it: a page is never refused.
    public init(accept: String?) {
        var best: (format: PrometheusFormat, quality: Double) = (.text, 0)
        for range in AcceptHeader(accept ?? "").ranges where range.quality > best.quality {
            guard let format = Self.format(of: range) else { continue }
            best = (format, range.quality)
        }
        self = best.format
    }

    /// nil for what this package does not write.
    private static func format(of range: AcceptHeader.MediaRange) -> PrometheusFormat? {
        let version = range.parameters["version"]
        let escaping = range.parameters["escaping"].flatMap(NameEscaping.init(parameter:)) ?? .underscores
        switch range.type {
        case "text/plain":
            switch version {
            case nil, "0.0.4": return .text
            case "1.0.0": return .text(escaping: escaping)
            default: return nil
            }
        case "application/openmetrics-text":
            return version == nil || version == "1.0.0" ? .openMetrics(escaping: escaping) : nil
        case "application/vnd.google.protobuf":
            let isFamily = range.parameters["proto"] == "io.prometheus.client.MetricFamily"
            return isFamily && range.parameters["encoding"] == "delimited" ? .protobuf(escaping: escaping) : nil
        case "text/*", "*/*":
            return .text
        default:
            return nil
        }
    }
}

extension NameEscaping {
    /// A scheme that is unknown counts as none asked for. Prometheus' page on negotiation spelled the first one
    /// `allow-utf8`, and its programs `allow-utf-8`.
    fileprivate init?(parameter: String) {
        self.init(rawValue: parameter == "allow-utf8" ? "allow-utf-8" : parameter)
    }
}
