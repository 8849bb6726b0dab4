/// A policy with a value that cannot be meant: says which, and what it may be.
public struct InvalidPolicy: Error, Hashable, Sendable, CustomStringConvertible {
    /// The policy's type.
    public let policy: String
    public let field: String
    /// What it is, and what to take.
    public let reason: String

    public var description: String { "\(policy).\(field) \(reason)" }
}

/// Looks at the fields of one policy.
struct PolicyCheck {
    let policy: String

    func require(_ isMet: Bool, _ field: String, _ reason: @autoclosure () -> String) throws(InvalidPolicy) {
        if !isMet { throw InvalidPolicy(policy: policy, field: field, reason: reason()) }
    }
}
