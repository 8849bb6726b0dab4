/// Why a barrier let a call not through.
public enum BarrierError: Error, Hashable, Sendable {
    /// The action arrived after its compensation: it was not performed, and never will be.
    case lateForward(BarrierKey)
    /// The action was performed, and what it answered then is not an answer of the type that is asked for now.
    case unreadableAnswer(BarrierKey, type: String, reason: String)
    /// The answer is longer than what is remembered of one; the action was undone.
    case answerTooLong(BarrierKey, bytes: Int, limit: Int)
    /// The store does not do what its protocol says; the transaction must be rolled back.
    case store(BarrierKey, reason: String)
}

extension BarrierError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .lateForward(let key):
            "\(key): the action came after its compensation and was not performed; the run has given the step up, so do "
                + "not ask again"
        case .unreadableAnswer(let key, let type, let reason):
            "\(key): the action was performed, and its answer cannot be read as \(type): \(reason). Keep reading the "
                + "answers of older versions until their marks are forgotten"
        case .answerTooLong(let key, let bytes, let limit):
            "\(key): the action's answer has \(bytes) bytes, more than the \(limit) that are remembered, and the action "
                + "was undone; answer with an id, and keep the rest in a table of your own"
        case .store(let key, let reason): "\(key): \(reason). Roll the transaction back"
        }
    }
}
