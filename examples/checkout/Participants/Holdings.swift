import GRDB

/// What a participant holds for orders: pieces, cents or parcels, one row an order.
///
/// Requests may arrive late: a charge whose client stopped waiting can come in after the saga gave the order up. So
/// giving up leaves a row, even when nothing was held yet, and that row wins over everything that comes later.
enum HoldingTable {
    static func create(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE holding (
                    order_id TEXT PRIMARY KEY NOT NULL, detail TEXT NOT NULL, amount INTEGER NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'released'))
                ) WITHOUT ROWID
                """)
    }

    /// Holds `amount` for the order. False when the order has been given up before.
    static func hold(_ amount: Int, of detail: String, for order: String, in database: Database) throws -> Bool {
        try database.execute(
            sql: "INSERT INTO holding VALUES (?, ?, ?, 'held') ON CONFLICT (order_id) DO NOTHING",
            arguments: [order, detail, amount])
        return database.changesCount == 1
    }

    /// Makes what is held for the order final. False when nothing is held.
    static func confirm(_ order: String, in database: Database) throws -> Bool {
        try database.execute(
            sql: "UPDATE holding SET state = 'confirmed' WHERE order_id = ? AND state = 'held'", arguments: [order])
        return database.changesCount == 1
    }

    /// Gives the order up, now and for every request still on its way. Answers what was held; nil when nothing was.
    static func release(_ order: String, in database: Database) throws -> (amount: Int, detail: String)? {
        let held = try Row.fetchOne(
            database, sql: "SELECT amount, detail FROM holding WHERE order_id = ? AND state <> 'released'",
            arguments: [order])
        try database.execute(
            sql: """
                INSERT INTO holding VALUES (?, '', 0, 'released')
                ON CONFLICT (order_id) DO UPDATE SET state = 'released', amount = 0
                """, arguments: [order])
        return held.map { ($0["amount"], $0["detail"]) }
    }

    /// Everything that is held or confirmed, by order.
    static func all(in database: Database) throws -> [String: Holding] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT order_id, amount, state FROM holding WHERE state <> 'released'")
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
    /// A request that came after its order had been given up.
    static let givenUp = Answer.refused("given_up", "the order has been given up")
}
