#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What a participant remembers of one step of one run.
public struct BarrierMark: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// The action took effect.
        case performed
        /// The action took effect, and was taken back.
        case compensated
        /// The compensation came first: the action will not be performed any more.
        case barred
    }

    public var key: BarrierKey
    public var state: State
    /// What the action answered, encoded; of the state `performed` alone.
    public var answer: [UInt8]
    /// Of the last change.
    public var changed: Date

    public init(key: BarrierKey, state: State, answer: [UInt8] = [], changed: Date) {
        self.key = key
        self.state = state
        self.answer = answer
        self.changed = changed
    }
}

/// Keeps marks where a participant keeps what it works on, so that one transaction changes both.
///
/// A store for another database needs one unique key, of run and step, in the transaction isolation that it has anyway:
/// `READ COMMITTED` is enough, since ``insert(_:in:)`` and ``replace(_:from:in:)`` each decide and change in one statement.
public protocol BarrierStore: Sendable {
    /// A transaction of the database that is open, such as GRDB's `Database`.
    associatedtype Transaction

    /// Runs `body`; when it throws, all that it changed in the database is undone, whatever becomes of the transaction.
    /// In SQL, a savepoint.
    func atomically(in transaction: Transaction, _ body: () throws -> Void) throws

    /// Adds a mark. Answers false, and changes nothing, when its key has one.
    func insert(_ mark: BarrierMark, in transaction: Transaction) throws -> Bool

    /// Puts a mark in the place of its key's. Answers false, and changes nothing, when that one is not in `state`.
    func replace(_ mark: BarrierMark, from state: BarrierMark.State, in transaction: Transaction) throws -> Bool

    func mark(of key: BarrierKey, in transaction: Transaction) throws -> BarrierMark?

    /// Deletes marks last changed before `date`, oldest first, at most `limit`. Answers how many.
    func forget(before date: Date, limit: Int, in transaction: Transaction) throws -> Int
}
