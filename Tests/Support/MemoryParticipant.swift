import Foundation
public import SagaParticipant
import Synchronization

/// A participant whose database is memory: transactions one after the other, whole or not at all.
public final class MemoryParticipant<State: Sendable>: Sendable {
    private let contents: Mutex<MemoryTransaction<State>.Contents>

    public init(_ state: State) { contents = Mutex(.init(state: state)) }

    /// Runs a transaction; when `body` throws, nothing of it stays.
    public func write<Result: Sendable>(_ body: (MemoryTransaction<State>) throws -> Result) throws -> Result {
        try contents.withLock { contents in
            let transaction = MemoryTransaction(contents)
            let result = try body(transaction)
            contents = transaction.contents
            return result
        }
    }
}

/// An open transaction of a ``MemoryParticipant``.
public final class MemoryTransaction<State: Sendable> {
    struct Contents: Sendable {
        var state: State
        var marks: [BarrierKey: BarrierMark] = [:]
    }

    fileprivate(set) var contents: Contents

    fileprivate init(_ contents: Contents) { self.contents = contents }

    /// What the participant works on.
    public var state: State {
        get { contents.state }
        set { contents.state = newValue }
    }
}

/// Keeps a barrier's marks beside a ``MemoryParticipant``'s state.
public struct MemoryBarrierStore<State: Sendable>: BarrierStore {
    public init() {}

    public func atomically(in transaction: MemoryTransaction<State>, _ body: () throws -> Void) throws {
        let before = transaction.contents
        do { try body() } catch {
            transaction.contents = before
            throw error
        }
    }

    public func insert(_ mark: BarrierMark, in transaction: MemoryTransaction<State>) -> Bool {
        guard transaction.contents.marks[mark.key] == nil else { return false }
        transaction.contents.marks[mark.key] = mark
        return true
    }

    public func replace(
        _ mark: BarrierMark, from state: BarrierMark.State, in transaction: MemoryTransaction<State>
    ) -> Bool {
        guard transaction.contents.marks[mark.key]?.state == state else { return false }
        transaction.contents.marks[mark.key] = mark
        return true
    }

    public func mark(of key: BarrierKey, in transaction: MemoryTransaction<State>) -> BarrierMark? {
        transaction.contents.marks[key]
    }

    public func forget(before date: Date, limit: Int, in transaction: MemoryTransaction<State>) -> Int {
        let old = transaction.contents.marks.values.filter { $0.changed < date }.sorted { $0.changed < $1.changed }
        for mark in old.prefix(limit) { transaction.contents.marks[mark.key] = nil }
        return min(limit, old.count)
    }
}
