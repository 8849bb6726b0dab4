import Foundation
import GRDB
import SagaParticipant
import SagaParticipantGRDB
import TestSupport

/// A participant that takes money for runs: by how much and how often each one was charged, and given back.
protocol Account: Sendable {
    associatedtype Store: BarrierStore

    var barrier: Barrier<Store> { get }
    func write<Result: Sendable>(_ body: (Store.Transaction) throws -> Result) throws -> Result
    /// Notes one more charge of the run, and answers its number among all.
    func charge(_ run: String, in transaction: Store.Transaction) throws -> Int
    func refund(_ run: String, in transaction: Store.Transaction) throws
    func entries(of run: String) throws -> Entries
}

/// How often each was done.
struct Entries: Sendable, Equatable {
    var charges = 0
    var refunds = 0
}

extension Account {
    func key(_ run: String) throws -> BarrierKey { try BarrierKey(run: run, step: "charge") }

    func charge(_ run: String) throws -> ActionOutcome<Int> {
        try write { transaction in
            try barrier.perform(key(run), in: transaction) { try charge(run, in: transaction) }
        }
    }

    func refund(_ run: String) throws -> CompensationOutcome<String> {
        try write { transaction in
            try barrier.compensate(key(run), in: transaction) {
                try refund(run, in: transaction)
                return "refunded"
            }
        }
    }
}

/// In a file, or in memory without a path.
struct SQLiteAccount: Account {
    let writer: any DatabaseWriter
    let barrier: Barrier<SQLiteBarrierStore>

    init(_ writer: any DatabaseWriter, barrier: Barrier<SQLiteBarrierStore> = Barrier(SQLiteBarrierStore())) throws {
        self.writer = writer
        self.barrier = barrier
        var migrator = DatabaseMigrator()
        migrator.registerSagaBarrier()
        migrator.registerMigration("entry") { database in
            try database.execute(sql: "CREATE TABLE entry (run TEXT NOT NULL, kind TEXT NOT NULL)")
        }
        try migrator.migrate(writer)
    }

    static func inMemory() throws -> SQLiteAccount { try SQLiteAccount(DatabaseQueue()) }

    /// One more pool of connections to a file, which waits for the other ones.
    static func opened(_ folder: URL) throws -> SQLiteAccount {
        var configuration = Configuration()
        configuration.busyMode = .timeout(300)
        return try SQLiteAccount(
            DatabasePool(path: folder.appending(path: "account.sqlite").path, configuration: configuration))
    }

    func write<Result: Sendable>(_ body: (Database) throws -> Result) throws -> Result {
        try writer.write { database in try body(database) }
    }

    func charge(_ run: String, in database: Database) throws -> Int {
        try database.execute(sql: "INSERT INTO entry VALUES (?, 'charge')", arguments: [run])
        return Int(database.lastInsertedRowID)
    }

    func refund(_ run: String, in database: Database) throws {
        try database.execute(sql: "INSERT INTO entry VALUES (?, 'refund')", arguments: [run])
    }

    func entries(of run: String) throws -> Entries {
        try writer.read { database in
            let kinds = try String.fetchAll(
                database, sql: "SELECT kind FROM entry WHERE run = ?", arguments: [run])
            return Entries(charges: kinds.count { $0 == "charge" }, refunds: kinds.count { $0 == "refund" })
        }
    }

    func marks() throws -> Int {
        try writer.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM saga_barrier") ?? 0 }
    }
}

struct MemoryAccount: Account {
    typealias Books = [String: Entries]

    let participant = MemoryParticipant<Books>([:])
    let barrier = Barrier(MemoryBarrierStore<Books>())

    func write<Result: Sendable>(_ body: (MemoryTransaction<Books>) throws -> Result) throws -> Result {
        try participant.write(body)
    }

    func charge(_ run: String, in transaction: MemoryTransaction<Books>) -> Int {
        transaction.state[run, default: Entries()].charges += 1
        return transaction.state.values.reduce(0) { $0 + $1.charges + $1.refunds }
    }

    func refund(_ run: String, in transaction: MemoryTransaction<Books>) {
        transaction.state[run, default: Entries()].refunds += 1
    }

    func entries(of run: String) throws -> Entries { try participant.write { $0.state[run] ?? Entries() } }
}
