#if AdminServer
import NIOCore

/// Who may look into the process under `/debug/`. It tells more than metrics do: names, ids and code of what runs.
enum DebugAccess: Sendable {
    /// Nobody, and nothing tells that there is something.
    case absent
    /// Who reaches the address: programs of this machine.
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

    func allows(authorization: String?) -> Bool {
        switch self {
        case .absent: false
        case .open: true
        case .token(let token): token.isIn(authorization: authorization)
        }
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
