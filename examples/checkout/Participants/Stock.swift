import GRDB
import Hummingbird
import SagaParticipant

/// Keeps pieces aside for orders: reserved, then sold or released.
struct Stock: Participant {
    let name = "stock"

    /// How many pieces of each item there are in the beginning.
    let pieces: Int

    func createTables(in database: Database) throws {
        try database.execute(
            sql: "CREATE TABLE item (name TEXT PRIMARY KEY NOT NULL, available INTEGER NOT NULL) WITHOUT ROWID")
        for item in Shop.items + [Shop.soldOut] {
            let available = item.name == Shop.soldOut.name ? 0 : pieces
            try database.execute(sql: "INSERT INTO item VALUES (?, ?)", arguments: [item.name, available])
        }
    }

    func addRoutes(to router: Router<ParticipantContext>, answering: Answering) {
        router.put("/reservations/:order") { request, context in
            let order = try await request.decode(as: Order.self, context: context)
            return try await answering(request, context, .action, of: .reserveStock) { try reserve(order, in: $0) }
        }
        router.post("/reservations/:order/sale") { request, context in
            let order = try context.parameters.require("order")
            return try await answering(request, context, .action, of: .confirmSale) { try sell(order, in: $0) }
        }
        router.delete("/reservations/:order") { request, context in
            let order = try context.parameters.require("order")
            return try await answering(request, context, .compensation, of: .reserveStock) {
                try release(order, in: $0)
            }
        }
    }

    private func reserve(_ order: Order, in database: Database) throws -> Answer {
        let available = try Int.fetchOne(
            database, sql: "SELECT available FROM item WHERE name = ?", arguments: [order.item])
        guard let available, available >= order.quantity else {
            return .refused("out_of_stock", "\(order.quantity) × \(order.item) asked for, \(available ?? 0) left")
        }
        try HoldingTable.hold(order.quantity, of: order.item, for: order.id, in: database)
        try add(-order.quantity, to: order.item, in: database)
        return .done("\(order.quantity) × \(order.item) reserved")
    }

    private func sell(_ order: String, in database: Database) throws -> Answer {
        try HoldingTable.confirm(order, in: database) ? .done("sold") : .givenUp
    }

    private func release(_ order: String, in database: Database) throws -> Answer {
        guard let held = try HoldingTable.release(order, in: database) else { return .done("nothing was reserved") }
        try add(held.amount, to: held.detail, in: database)
        return .done("\(held.amount) × \(held.detail) released")
    }

    private func add(_ pieces: Int, to item: String, in database: Database) throws {
        try database.execute(
            sql: "UPDATE item SET available = available + ? WHERE name = ?", arguments: [pieces, item])
    }

    /// Pieces on the shelf plus pieces held: as many as there were in the beginning, whatever happened.
    static func allPieces(in database: Database) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT (SELECT SUM(available) FROM item)
                     + (SELECT COALESCE(SUM(amount), 0) FROM holding)
                """) ?? 0
    }
}
