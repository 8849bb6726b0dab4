import GRDB
import Hummingbird

/// Charges cards, and refunds them.
struct Payment: Participant {
    let name = "payment"

    func createTables(in database: Database) throws {}

    func addRoutes(to router: Router<ParticipantContext>, answering: Answering) {
        router.put("/charges/:order") { request, context in
            let order = try await request.decode(as: Order.self, context: context)
            return try await answering(request, context) { try charge(order, in: $0) }
        }
        router.delete("/charges/:order") { request, context in
            let order = try context.parameters.require("order")
            return try await answering(request, context) { try refund(order, in: $0) }
        }
    }

    private func charge(_ order: Order, in database: Database) throws -> Answer {
        switch order.card {
        case "card-no-funds": return .refused("insufficient_funds", "the card has no \(order.cents) cents")
        case "card-expired": return .refused("card_expired", "the card has expired")
        default:
            let held = try HoldingTable.hold(order.cents, of: order.card, for: order.id, in: database)
            return held ? .done("\(order.cents) cents charged") : .givenUp
        }
    }

    private func refund(_ order: String, in database: Database) throws -> Answer {
        let held = try HoldingTable.release(order, in: database)
        return .done(held.map { "\($0.amount) cents refunded" } ?? "nothing was charged")
    }
}
