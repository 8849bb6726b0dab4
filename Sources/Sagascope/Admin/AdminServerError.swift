/// Why the admin server could not begin to listen. The description says what, where and which setting changes it.
public enum AdminServerError: Error, Equatable, CustomStringConvertible {
    /// Something else listens at the address (EADDRINUSE).
    case addressInUse(host: String, port: Int)
    /// The process may not listen on the port (EACCES): below 1024 that is a privilege.
    case permissionDenied(host: String, port: Int)
    /// The host has no such address, its name does not resolve, or the system refused for another reason.
    case cannotListen(host: String, port: Int, reason: String)

    public var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "admin server: cannot listen on \(Self.address(host, port)): something else listens there. " + Self.advice
        case .permissionDenied(let host, let port):
            "admin server: not permitted to listen on \(Self.address(host, port)). " + Self.advice
        case .cannotListen(let host, let port, let reason):
            "admin server: cannot listen on \(Self.address(host, port)): \(reason). "
                + "SAGASCOPE_ADMIN_HOST sets the address. " + Self.advice
        }
    }

    private static let advice = "SAGASCOPE_ADMIN_PORT sets another port, SAGASCOPE_ADMIN=off does without the server."

    private static func address(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
