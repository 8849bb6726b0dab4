import GRDB
import Hummingbird
import SagaParticipant

/// Books a parcel for each order, and cancels it.
struct Shipping: Participant {
    let name = "shipping"

    func createTables(in database: Database) throws {}

    func addRoutes(to router: Router<ParticipantContext>, answering: Answering) {
        router.put("/parcels/:order") { request, context in
            let order = try await request.decode(as: Order.self, context: context)
            return try await answering(request, context, .action, of: .bookShipping) { try book(order, in: $0) }
        }
        router.delete("/parcels/:order") { request, context in
            let order = try context.parameters.require("order")
            return try await answering(request, context, .compensation, of: .bookShipping) { try cancel(order, in: $0) }
        }
    }

    private func book(_ order: Order, in database: Database) throws -> Answer {
        try HoldingTable.hold(1, of: order.city, for: order.id, in: database)
        return .done("parcel to \(order.city) booked")
    }

    private func cancel(_ order: String, in database: Database) throws -> Answer {
        let held = try HoldingTable.release(order, in: database)
        return .done(held.map { "parcel to \($0.detail) cancelled" } ?? "no parcel was booked")
    }
}
