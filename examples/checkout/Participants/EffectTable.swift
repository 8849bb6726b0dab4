import GRDB
import SagaParticipant

/// What a participant has really done, one row a time that it was: the account against which it is proven that nothing was
/// done or undone twice. The barrier knows nothing of it.
enum EffectTable {
    static func create(in database: Database) throws {
        try database.execute(
            sql: "CREATE TABLE effect (run TEXT NOT NULL, step TEXT NOT NULL, operation TEXT NOT NULL)")
    }

    /// Belongs into the transaction of the work.
    static func note(_ operation: BarrierOperation, _ key: BarrierKey, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO effect VALUES (?, ?, ?)", arguments: [key.run, key.step, operation.rawValue])
    }

    /// How many runs have had an effect here.
    static func runs(in database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COUNT(DISTINCT run) FROM effect") ?? 0
    }

    /// `RUN/STEP` of everything that was done more than once.
    static func doubled(_ operation: BarrierOperation, in database: Database) throws -> [String] {
        try String.fetchAll(
            database,
            sql: "SELECT run || '/' || step FROM effect WHERE operation = ? GROUP BY run, step HAVING COUNT(*) > 1",
            arguments: [operation.rawValue])
    }
}
