/// What became of an action's call.
public enum ActionOutcome<Answer> {
    case performed(Answer)
    /// It had been performed before, and this is what it answered then.
    case repeated(Answer)

    /// The same for each delivery.
    public var answer: Answer {
        switch self {
        case .performed(let answer), .repeated(let answer): answer
        }
    }
}

/// What became of a compensation's call. Whichever: nothing of the step is in force, nor will be.
public enum CompensationOutcome<Answer> {
    case performed(Answer)
    /// There was nothing to take back: the action has not arrived, and will be refused when it does.
    case skippedEmpty
    /// It had been taken back before.
    case skippedDuplicate

    /// What the compensation answered; nil when it was skipped.
    public var answer: Answer? {
        switch self {
        case .performed(let answer): answer
        case .skippedEmpty, .skippedDuplicate: nil
        }
    }
}

extension ActionOutcome: Sendable where Answer: Sendable {}
extension ActionOutcome: Equatable where Answer: Equatable {}
extension CompensationOutcome: Sendable where Answer: Sendable {}
extension CompensationOutcome: Equatable where Answer: Equatable {}
