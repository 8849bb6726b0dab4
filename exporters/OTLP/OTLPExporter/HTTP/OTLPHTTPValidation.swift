import SagaTelemetry

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension OTLPHTTPConfiguration {
    func validate() throws(OTLPConfigurationError) {
        guard retry.maximumAttempts >= 1 else { throw .attempts(retry.maximumAttempts) }
        for signal in OTLPSignal.allCases {
            let endpoint = endpoint(of: signal)
            guard timeout(of: signal) > .zero else { throw .timeout(timeout(of: signal)) }
            guard let url = URL(string: endpoint.url), ["http", "https"].contains(url.scheme?.lowercased()),
                url.host?.isEmpty == false
            else { throw .endpoint(signal, url: Self.redacted(endpoint.url)) }
            for header in endpoint.headers {
                guard header.name.isToken else { throw .headerName(signal, name: header.name) }
                guard !header.value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else {
                    throw .headerValue(signal, name: header.name)
                }
            }
        }
    }

    /// The URL as it may stand in a log: credentials (`user:password@`) and query are left out, as both may be secrets.
    static func redacted(_ url: String) -> String {
        var shown = String(url.prefix { $0 != "?" && $0 != "#" })
        guard let scheme = shown.firstRange(of: "://") else { return shown }
        let authority = shown[scheme.upperBound...].prefix { $0 != "/" }
        if let at = authority.lastIndex(of: "@") {
            shown.removeSubrange(scheme.upperBound...at)
        }
        return shown
    }
}
