/// A format of the page, as a scraper asks for it.
///
/// ```swift
/// let format = PrometheusFormat(accept: request.headers["accept"])
/// ```
///
/// | format | exemplars | native histograms | names |
/// |---|---|---|---|
/// | text 0.0.4 | – | count and sum | underscores |
/// | text 1.0.0 | – | count and sum | any |
/// | OpenMetrics 1.0.0 | yes | count and sum | any |
/// | protobuf | yes | yes | any |
///
/// Source: prometheus.io, "Scrape protocol content negotiation".
public struct PrometheusFormat: Sendable, Hashable {
    enum Syntax: Sendable, Hashable, CaseIterable {
        case text004, text100, openMetrics, protobuf
    }

    let syntax: Syntax
    public let escaping: NameEscaping

    init(_ syntax: Syntax, _ escaping: NameEscaping) {
        self.syntax = syntax
        // The old text format has no other names.
        self.escaping = syntax == .text004 ? .underscores : escaping
    }

    /// Prometheus text 0.0.4: what everybody reads.
    public static let text = PrometheusFormat(.text004, .underscores)

    /// Prometheus text 1.0.0: as 0.0.4, with names in quotes where they need them.
    public static func text(escaping: NameEscaping) -> PrometheusFormat { PrometheusFormat(.text100, escaping) }

    /// OpenMetrics text 1.0.0.
    public static let openMetrics = PrometheusFormat(.openMetrics, .underscores)

    public static func openMetrics(escaping: NameEscaping) -> PrometheusFormat {
        PrometheusFormat(.openMetrics, escaping)
    }

    /// Messages of `io.prometheus.client.MetricFamily`, each behind its length.
    public static let protobuf = PrometheusFormat(.protobuf, .underscores)

    public static func protobuf(escaping: NameEscaping) -> PrometheusFormat { PrometheusFormat(.protobuf, escaping) }

    /// The Content-Type that a page of this format is served with.
    public var contentType: String {
        let escaping = "; escaping=\(escaping.rawValue)"
        return switch syntax {
        case .text004: "text/plain; version=0.0.4; charset=utf-8"
        case .text100: "text/plain; version=1.0.0; charset=utf-8" + escaping
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8" + escaping
        case .protobuf:
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited" + escaping
        }
    }

    /// This format, or the one with underscores where UTF-8 names are off.
    func allowed(by options: PrometheusOptions) -> PrometheusFormat {
        escaping == .allowUTF8 && !options.utf8Names ? PrometheusFormat(syntax, .underscores) : self
    }
}
