public import GRDB
public import SagaParticipant

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Keeps the marks of a ``Barrier`` in the table `saga_barrier` of the participant's SQLite database.
///
/// ```swift
/// let barrier = Barrier(SQLiteBarrierStore())
/// let answer = try pool.write { database in try barrier.perform(key, in: database) { try charge(order, in: database) } }
/// ```
///
/// Writers of several connections or processes wait for each other as SQLite has it: set `Configuration.busyMode`.
public struct SQLiteBarrierStore: BarrierStore {
    public init() {}

    /// Makes the table; there must be none. Programs with a `DatabaseMigrator` call `registerSagaBarrier()` instead.
    public static func createTable(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE saga_barrier (
                    run TEXT NOT NULL, step TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('performed', 'compensated', 'barred')),
                    answer BLOB NOT NULL,
                    changed INTEGER NOT NULL, -- milliseconds since 1970
                    PRIMARY KEY (run, step)
                ) WITHOUT ROWID;
                CREATE INDEX saga_barrier_changed ON saga_barrier (changed);
                """)
    }

    public func atomically(in database: Database, _ body: () throws -> Void) throws {
        try database.inSavepoint {
            try body()
            return .commit
        }
    }

    public func insert(_ mark: BarrierMark, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO saga_barrier (run, step, state, answer, changed) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (run, step) DO NOTHING
                """)
        try statement.execute(
            arguments: [
                mark.key.run, mark.key.step, mark.state.rawValue, Data(mark.answer), mark.changed.barrierMilliseconds,
            ])
        return database.changesCount == 1
    }

    public func replace(_ mark: BarrierMark, from state: BarrierMark.State, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE saga_barrier SET state = ?, answer = ?, changed = ? WHERE run = ? AND step = ? AND state = ?
                """)
        try statement.execute(
            arguments: [
                mark.state.rawValue, Data(mark.answer), mark.changed.barrierMilliseconds, mark.key.run, mark.key.step,
                state.rawValue,
            ])
        return database.changesCount == 1
    }

    public func mark(of key: BarrierKey, in database: Database) throws -> BarrierMark? {
        let statement = try database.cachedStatement(
            sql: "SELECT state, answer, changed FROM saga_barrier WHERE run = ? AND step = ?")
        guard let row = try Row.fetchOne(statement, arguments: [key.run, key.step]) else { return nil }
        let name: String = row["state"]
        guard let state = BarrierMark.State(rawValue: name) else {
            throw BarrierError.store(key, reason: "the table saga_barrier has a state that this version does not know")
        }
        let (answer, changed): (Data, Int64) = (row["answer"], row["changed"])
        return BarrierMark(
            key: key, state: state, answer: [UInt8](answer),
            changed: Date(timeIntervalSince1970: Double(changed) / 1_000))
    }

    public func forget(before date: Date, limit: Int, in database: Database) throws -> Int {
        let statement = try database.cachedStatement(
            sql: """
                DELETE FROM saga_barrier WHERE (run, step) IN
                    (SELECT run, step FROM saga_barrier WHERE changed < ? ORDER BY changed LIMIT ?)
                """)
        try statement.execute(arguments: [date.barrierMilliseconds, limit])
        return database.changesCount
    }
}

extension DatabaseMigrator {
    /// Adds the migration `saga_barrier`, which makes the table of ``SQLiteBarrierStore``.
    public mutating func registerSagaBarrier() {
        registerMigration("saga_barrier") { database in try SQLiteBarrierStore.createTable(in: database) }
    }
}

extension Date {
    /// Since 1970; the ends of the range for what lies beyond them.
    fileprivate var barrierMilliseconds: Int64 {
        let milliseconds = (timeIntervalSince1970 * 1_000).rounded(.down)
        return Int64(exactly: milliseconds) ?? (milliseconds > 0 ? .max : .min)
    }
}
