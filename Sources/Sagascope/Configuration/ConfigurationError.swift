/// Settings that cannot be used: every one of them at once, each with its name, its value, where it stands and what is
/// allowed. Values of secrets are never in it.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// One setting that cannot be used.
    public struct Problem: Sendable, Equatable, CustomStringConvertible {
        /// The variable, or the key in a file.
        public let setting: String
        /// What stands there, as far as it may be shown; nil for a name that is wrong by itself.
        public let value: String?
        /// `environment`, the path of the file, or the name of another provider.
        public let source: String
        /// What is wrong, or what would be right.
        public let reason: String

        public var description: String {
            setting + (value.map { "=\($0)" } ?? "") + " (\(source)): \(reason)"
        }
    }

    /// Never empty; in the order of ``Setting/all``, names that are unknown first.
    public let problems: [Problem]

    init(_ problems: [Problem]) { self.problems = problems }

    init(_ setting: String, value: String? = nil, source: String, reason: String) {
        self.init([Problem(setting: setting, value: value, source: source, reason: reason)])
    }

    public var description: String {
        if problems.count == 1 { return problems[0].description }
        return "\(problems.count) settings cannot be used:" + problems.map { "\n- \($0)" }.joined()
    }
}
