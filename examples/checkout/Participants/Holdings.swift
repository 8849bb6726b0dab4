import GRDB

/// What a participant holds for orders: pieces, cents or parcels, one row an order.
///
/// That a request may arrive twice, or after the saga gave the order up, is the barrier's business (``Answering``). What is
/// left to do here is what one step has to know of another: nothing is confirmed that is not held.
enum HoldingTable {
    static func create(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE holding (
                    order_id TEXT PRIMARY KEY NOT NULL, detail TEXT NOT NULL, amount INTEGER NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('held', 'confirmed'))
                ) WITHOUT ROWID
                """)
    }

    static func hold(_ amount: Int, of detail: String, for order: String, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO holding VALUES (?, ?, ?, 'held')", arguments: [order, detail, amount])
    }

    /// Makes what is held for the order final. False when nothing is held.
    static func confirm(_ order: String, in database: Database) throws -> Bool {
        try database.execute(
            sql: "UPDATE holding SET state = 'confirmed' WHERE order_id = ? AND state = 'held'", arguments: [order])
        return database.changesCount == 1
    }

    /// Lets go of what is held for the order, and answers it; nil when nothing was.
    static func release(_ order: String, in database: Database) throws -> (amount: Int, detail: String)? {
        let held = try Row.fetchOne(
            database, sql: "DELETE FROM holding WHERE order_id = ? RETURNING amount, detail", arguments: [order])
        return held.map { ($0["amount"], $0["detail"]) }
    }

    /// Everything that is held or confirmed, by order.
    static func all(in database: Database) throws -> [String: Holding] {
        let rows = try Row.fetchAll(database, sql: "SELECT order_id, amount, state FROM holding")
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                (row["order_id"], Holding(amount: row["amount"], isConfirmed: row["state"] == "confirmed"))
            })
    }
}

/// What one participant holds for one order.
struct Holding: Sendable, Equatable {
    let amount: Int
    let isConfirmed: Bool
}

extension Answer {
    /// To a request that came after its order had been given up.
    static let givenUp = Answer.refused("given_up", "the order has been given up")
}
