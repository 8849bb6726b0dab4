import ArgumentParser

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where an admin server listens: `http://127.0.0.1:9464`.
struct AdminAddress: Equatable, CustomStringConvertible, ExpressibleByArgument {
    let description: String

    /// - Parameter argument: a URL without a path of its own, or `host:port`.
    init?(argument: String) {
        let text = argument.contains("://") ? argument : "http://\(argument)"
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(), !host.isEmpty, url.query() == nil, url.fragment() == nil, url.user() == nil
        else { return nil }
        var trimmed = text[...]
        while trimmed.last == "/" { trimmed.removeLast() }
        description = String(trimmed)
    }

    /// What the program's own variables say, as far as this machine is concerned.
    init(environment: [String: String]) {
        let port = environment["SAGASCOPE_ADMIN_PORT"].flatMap { UInt16($0) } ?? 9464
        let host = environment["SAGASCOPE_ADMIN_HOST"] ?? ""
        // Bound to every address, it is there on loopback.
        let reachable =
            switch host {
            case "", "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            default: host
            }
        description = reachable.contains(":") ? "http://[\(reachable)]:\(port)" : "http://\(reachable):\(port)"
    }
}
