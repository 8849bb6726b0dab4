#if AdminServer
import NIOCore

/// Who may look into the process under `/debug/`. It tells more than metrics do: names, ids and code of what runs.
enum DebugAccess: Sendable {
    /// Nobody, and nothing tells that there is something.
    case absent
    /// Who reaches the address, which is programs of this machine, and calls it by a name of loopback.
    case open
    case token(AccessToken)

    /// - Parameter host: what the server is bound to.
    init(host: String, token: AccessToken?) {
        if let token {
            self = .token(token)
        } else {
            self = Self.isLoopback(host) ? .open : .absent
        }
    }

    /// Whether what is asked for may change something: whoever reaches a port of this machine is not yet its operator.
    var allowsChanges: Bool {
        if case .token = self { true } else { false }
    }

    enum Verdict {
        case allowed
        case needsToken
        /// A page of the internet, whose name was made to resolve to loopback (DNS rebinding), or a proxy that passes on
        /// what others ask.
        case foreignName
    }

    /// - Parameters:
    ///   - authorization: the header's value.
    ///   - authority: what the client calls this server, `host:port`.
    func verdict(authorization: String?, authority: String?) -> Verdict {
        switch self {
        case .absent: return .needsToken
        case .open:
            guard let authority, !Self.isLoopback(Self.host(of: authority)) else { return .allowed }
            return .foreignName
        case .token(let token): return token.isIn(authorization: authorization) ? .allowed : .needsToken
        }
    }

    private static func host(of authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }

    /// 127.0.0.0/8, ::1 and localhost. Any other name may resolve to anything.
    private static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        // As the system writes it, however it was spelled.
        guard let address = try? SocketAddress(ipAddress: host, port: 0).ipAddress else { return false }
        return address == "::1" || address.hasPrefix("127.")
    }
}
#endif
