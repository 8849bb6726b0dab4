import ArgumentParser
import Foundation
import GRDB
import SagaParticipant
import Sagascope
import Testing

@testable import checkout

@Suite("What became of an order is asked of the databases")
struct OrderStatesTests {
    private static let orders = (1...3).map { Order.make($0, seed: 1) }

    /// Three orders: one done, one compensated, one compensated as well.
    private func withOrders(_ body: (Participants, [Order]) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "checkout-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let options = try DemoOptions.parse(["--orders", "3", "--out", path])
        let folder = OutputFolder(path: path)
        try folder.prepare()
        let participants = try Participants(options: options, folder: folder)
        for order in Self.orders { try await Self.reserve(order, participants) }
        let done = Self.orders[0]
        try await participants.stock.database.pool.write { _ = try HoldingTable.confirm(done.id, in: $0) }
        try await participants.payment.database.pool.write {
            try HoldingTable.hold(done.cents, of: done.card, for: done.id, in: $0)
        }
        try await participants.shipping.database.pool.write {
            try HoldingTable.hold(1, of: done.city, for: done.id, in: $0)
        }
        for order in Self.orders[1...] { try await Self.release(order, participants) }
        try await body(participants, Self.orders)
    }

    private static func key(_ order: Order) throws -> BarrierKey {
        try BarrierKey(run: DerivedID.trace(saga: CheckoutSaga.name, id: order.id).description, step: "reserve-stock")
    }

    private static func reserve(_ order: Order, _ participants: Participants) async throws {
        let key = try key(order)
        try await participants.stock.database.pool.write { database in
            _ = try Answering.answer(to: .action, key, in: database) {
                try HoldingTable.hold(order.quantity, of: order.item, for: order.id, in: database)
                return .done("reserved")
            }
        }
    }

    private static func release(_ order: Order, _ participants: Participants) async throws {
        let key = try key(order)
        try await participants.stock.database.pool.write { database in
            _ = try Answering.answer(to: .compensation, key, in: database) {
                _ = try HoldingTable.release(order.id, in: database)
                return .done("released")
            }
        }
    }

    @Test func countsWhatIsDoneAndWhatIsCompensated() async throws {
        try await withOrders { participants, orders in
            let states = try await OrderStates.read(participants, orders)
            #expect(states == OrderStates(done: 1, compensated: 2, inBetween: []))
        }
    }

    @Test func findsAnOrderInBetween() async throws {
        try await withOrders { participants, orders in
            // Somebody takes the parcel away, and charges an order that was given up.
            try await participants.shipping.database.pool.write { database in
                try database.execute(sql: "DELETE FROM holding WHERE order_id = ?", arguments: [orders[0].id])
            }
            try await participants.payment.database.pool.write { database in
                try HoldingTable.hold(7, of: "card", for: orders[1].id, in: database)
            }
            let states = try await OrderStates.read(participants, orders)
            #expect(states.done == 0 && states.compensated == 1 && states.inBetween.count == 2)
            #expect(states.inBetween.first?.hasPrefix("\(orders[0].id) is in between: stock holds") == true)
            #expect(states.inBetween.first?.hasSuffix("shipping holds nothing") == true)
            #expect(states.inBetween.last?.contains("payment holds 7") == true)
        }
    }

    @Test func anOrderThatNobodyKnowsIsLost() async throws {
        try await withOrders { participants, orders in
            let lost = Order.make(4, seed: 1)
            let states = try await OrderStates.read(participants, orders + [lost])
            #expect(states.inBetween == ["\(lost.id) is lost: stock has never heard of it"])
        }
    }

    @Test func whatIsUndoneTwiceIsFound() async throws {
        try await withOrders { participants, orders in
            try await Self.release(orders[1], participants)
            let pool = participants.stock.database.pool
            let repeated = try await pool.read { try EffectTable.doubled(.compensation, in: $0) }
            #expect(repeated == [], "the barrier has kept it from happening")
            // Without its mark it happens.
            let key = try Self.key(orders[1])
            try await pool.write { try EffectTable.note(.compensation, key, in: $0) }
            let doubled = try await pool.read { try EffectTable.doubled(.compensation, in: $0) }
            #expect(doubled == ["\(key.run)/reserve-stock"])
        }
    }
}
