import SagaTelemetry

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Lets every call of a saga's step take effect once, in the participant's own transaction, however often and in whatever
/// order calls arrive.
///
/// A **mark** per run and step stands in the participant's database and changes in the transaction that does the work, so
/// there is never one without the other. Calls that were lost, doubled or overtaken end as the compensation wants it:
///
/// | arrives      | found                | becomes |
/// |--------------|----------------------|---------|
/// | action       | nothing              | performed, its answer remembered |
/// | action       | an action            | the remembered answer |
/// | action       | a compensation       | ``BarrierError/lateForward(_:)`` |
/// | compensation | an action            | performed |
/// | compensation | nothing              | skipped, and the action is barred |
/// | compensation | a compensation       | skipped |
///
/// Source: the rules of dtm's sub-transaction barrier, https://en.dtm.pub/exception/barrier; with one mark a step instead
/// of one an operation, so that no part of what is known of a step can be forgotten without the rest.
public struct Barrier<Store: BarrierStore>: Sendable {
    /// Of an answer that is remembered, in bytes of JSON.
    public static var longestAnswer: Int { 64 << 10 }

    private let store: Store
    private let now: @Sendable () -> Date
    private let instruments: BarrierInstruments

    /// - Parameter now: the time that marks get, for ``forget(before:limit:in:)``.
    public init(_ store: Store, now: @escaping @Sendable () -> Date = { Date() }) {
        self.init(store, now: now, instruments: .shared)
    }

    init(_ store: Store, now: @escaping @Sendable () -> Date = { Date() }, instruments: BarrierInstruments) {
        self.store = store
        self.now = now
        self.instruments = instruments
    }

    /// Performs a step's action, unless it was performed before.
    ///
    /// An answer is remembered, an error is not: answer what is final, such as a refusal by the business, and throw what may
    /// be tried again. When `action` throws, its changes in the database are undone, and so is the mark.
    ///
    /// - Parameter action: changes the database of `transaction`, and nothing else.
    /// - Throws: ``BarrierError``, and what `action`, the store, or the coding of the answer throws.
    public func perform<Answer: Codable>(
        _ key: BarrierKey, in transaction: Store.Transaction, _ action: () throws -> Answer
    ) throws -> ActionOutcome<Answer> {
        var performed: Answer?
        try store.atomically(in: transaction) {
            // The mark first: where transactions overlap, a second one waits here until it is known how this one ends.
            var mark = BarrierMark(key: key, state: .performed, changed: now())
            guard try store.insert(mark, in: transaction) else { return }
            let answer = try action()
            mark.answer = try encode(answer, key)
            guard try store.replace(mark, from: .performed, in: transaction) else {
                throw BarrierError.store(key, reason: "the mark was changed while its action was performed")
            }
            performed = answer
        }
        if let performed {
            instruments.performed.add()
            return .performed(performed)
        }
        return .repeated(try rememberedAnswer(key, in: transaction))
    }

    /// Takes a step's action back, if it was performed and not taken back before.
    ///
    /// Acknowledge every outcome to the caller in the same way: nothing of the step is in force once the transaction is
    /// committed. When `compensation` throws, its changes are undone, and the next delivery tries again.
    ///
    /// - Parameter compensation: undoes what the action did. The action may have been one that the business refused.
    /// - Throws: what `compensation` or the store throws.
    @discardableResult
    public func compensate<Answer>(
        _ key: BarrierKey, in transaction: Store.Transaction, _ compensation: () throws -> Answer
    ) throws -> CompensationOutcome<Answer> {
        var outcome = CompensationOutcome<Answer>.skippedDuplicate
        try store.atomically(in: transaction) {
            let changed = now()
            let barred = BarrierMark(key: key, state: .barred, changed: changed)
            let compensated = BarrierMark(key: key, state: .compensated, changed: changed)
            if try store.insert(barred, in: transaction) {
                outcome = .skippedEmpty
            } else if try store.replace(compensated, from: .performed, in: transaction) {
                outcome = .performed(try compensation())
            }
        }
        switch outcome {
        case .performed: instruments.compensated.add()
        case .skippedEmpty: instruments.empty.add()
        case .skippedDuplicate: instruments.duplicate.add()
        }
        return outcome
    }

    /// Deletes what is remembered of steps that last changed before `date`, oldest first.
    ///
    /// A call that arrives after its mark was forgotten is taken for a new one: keep marks for longer than any call can be on
    /// its way, or be sent again.
    ///
    /// - Parameter limit: how many at most, so that one transaction stays short.
    /// - Returns: how many; as many as `limit` means that there may be more.
    @discardableResult
    public func forget(before date: Date, limit: Int = 1_000, in transaction: Store.Transaction) throws -> Int {
        guard limit > 0 else { return 0 }
        return try store.forget(before: date, limit: limit, in: transaction)
    }

    // MARK: answers

    private func rememberedAnswer<Answer: Decodable>(
        _ key: BarrierKey, in transaction: Store.Transaction
    ) throws -> Answer {
        guard let mark = try store.mark(of: key, in: transaction) else {
            throw BarrierError.store(key, reason: "there is a mark of the step, and it cannot be found")
        }
        guard mark.state == .performed else {
            instruments.late.add()
            throw BarrierError.lateForward(key)
        }
        do {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(mark.answer))
            instruments.repeated.add()
            return answer
        } catch {
            throw BarrierError.unreadableAnswer(key, type: "\(Answer.self)", reason: "\(error)")
        }
    }

    private func encode(_ answer: some Encodable, _ key: BarrierKey) throws -> [UInt8] {
        let bytes = [UInt8](try JSONEncoder().encode(answer))
        guard bytes.count <= Self.longestAnswer else {
            throw BarrierError.answerTooLong(key, bytes: bytes.count, limit: Self.longestAnswer)
        }
        return bytes
    }
}
