/// What is wrong with the definition of a saga.
public enum SagaDefinitionError: Error, Hashable, Sendable {
    case noSteps(saga: String)
    case name(String, reason: String)
    case version(saga: String, Int)
    case duplicate(step: String)
    /// These wait for each other; the first one is there again at the end.
    case cycle([String])
    case unknownDependency(step: String, on: String)
    /// A step has no compensation, and nobody said that it needs none.
    case noCompensation(step: String)
    /// A step's or the saga's setting.
    case setting(of: String, reason: String)
}

extension SagaDefinitionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSteps(let saga): "saga \(saga) has no steps"
        case .name(let name, let reason): "\"\(name.prefix(80))\" cannot be a name: \(reason)"
        case .version(let saga, let version): "saga \(saga) cannot have version \(version): take 1 to 4,294,967,295"
        case .duplicate(let step): "there are two steps \(step): the log tells steps by their names"
        case .cycle(let steps): "steps wait for each other: \(steps.joined(separator: " after "))"
        case .unknownDependency(let step, let other):
            "step \(step) is to come after \(other), and there is no such step"
        case .noCompensation(let step):
            "step \(step) has no compensation: add `compensate:`, or say why it needs none by "
                + "`.notCompensated(because:)`"
        case .setting(let owner, let reason): "\(owner): \(reason)"
        }
    }
}
