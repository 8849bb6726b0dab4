/// A setting that cannot be used. The text names the variable, its value and what is allowed.
public enum ConfigurationError: Error, Equatable, CustomStringConvertible {
    case invalid(variable: String, value: String, allowed: String)
    case unknown(variable: String, nearest: String?)
    /// The variable asks for something that this build or version does not have.
    case unavailable(variable: String, value: String, reason: String)

    public var description: String {
        switch self {
        case .invalid(let variable, let value, let allowed):
            "\(variable)=\(value): expected \(allowed)"
        case .unknown(let variable, let nearest):
            "\(variable) is no setting of Sagascope" + (nearest.map { "; did you mean \($0)?" } ?? "")
        case .unavailable(let variable, let value, let reason):
            "\(variable)=\(value): \(reason)"
        }
    }
}
