import GRDB
import Sagascope

/// What has become of every order, by what the three databases have, and by nothing else.
struct OrderStates: Sendable, Equatable {
    var done = 0
    /// Nothing is held anywhere: all of it was undone, or stock refused it at once.
    var compensated = 0
    /// Each in words.
    var inBetween: [String] = []

    static func read(_ participants: Participants, _ orders: [Order]) async throws -> OrderStates {
        let stock = try await holdings(at: participants.stock)
        let payment = try await holdings(at: participants.payment)
        let shipping = try await holdings(at: participants.shipping)
        let known = try await participants.stock.database.pool.read { database in
            Set(try String.fetchAll(database, sql: "SELECT DISTINCT run FROM saga_barrier"))
        }
        var states = OrderStates()
        for order in orders {
            let held = [("stock", stock[order.id]), ("payment", payment[order.id]), ("shipping", shipping[order.id])]
            if held.allSatisfy({ $1 == order.expectedHolding(at: $0) }) {
                states.done += 1
            } else if held.contains(where: { $1 != nil }) {
                let parts = held.map { "\($0) holds \($1.description)" }
                states.inBetween.append("\(order.id) is in between: \(parts.joined(separator: ", "))")
            } else if known.contains(DerivedID.trace(saga: CheckoutSaga.name, id: order.id).description) {
                states.compensated += 1
            } else {
                states.inBetween.append("\(order.id) is lost: stock has never heard of it")
            }
        }
        return states
    }

    private static func holdings(at service: ParticipantService) async throws -> [String: Holding] {
        try await service.database.pool.read { try HoldingTable.all(in: $0) }
    }
}
