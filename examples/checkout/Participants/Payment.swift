import GRDB
import Hummingbird
import SagaParticipant

/// Charges cards, and refunds them.
struct Payment: Participant {
    let name = "payment"

    func createTables(in database: Database) throws {}

    func addRoutes(to router: Router<ParticipantContext>, answering: Answering) {
        router.put("/charges/:order") { request, context in
            let order = try await request.decode(as: Order.self, context: context)
            return try await answering(request, context, .action, of: .chargeCard) { try charge(order, in: $0) }
        }
        router.delete("/charges/:order") { request, context in
            let order = try context.parameters.require("order")
            return try await answering(request, context, .compensation, of: .chargeCard) { try refund(order, in: $0) }
        }
    }

    private func charge(_ order: Order, in database: Database) throws -> Answer {
        switch order.card {
        case "card-no-funds": return .refused("insufficient_funds", "the card has no \(order.cents) cents")
        case "card-expired": return .refused("card_expired", "the card has expired")
        default:
            try HoldingTable.hold(order.cents, of: order.card, for: order.id, in: database)
            return .done("\(order.cents) cents charged")
        }
    }

    private func refund(_ order: String, in database: Database) throws -> Answer {
        let held = try HoldingTable.release(order, in: database)
        return .done(held.map { "\($0.amount) cents refunded" } ?? "nothing was charged")
    }
}
