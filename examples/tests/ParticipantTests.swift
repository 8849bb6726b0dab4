import ArgumentParser
import Foundation
import GRDB
import SagaParticipant
import SagaParticipantGRDB
import Sagascope
import Testing

@testable import checkout

@Suite("Requests may arrive twice, late, or in the wrong order")
struct ParticipantTests {
    private let database: DatabaseQueue

    init() throws {
        database = try DatabaseQueue()
        try database.write { database in
            try SQLiteBarrierStore.createTable(in: database)
            try HoldingTable.create(in: database)
        }
    }

    /// A delivery of the request with this key, which holds one lamp, or lets it go.
    private func deliver(
        _ operation: BarrierOperation, _ text: String, of step: checkout.Step = .reserveStock
    ) throws -> (answer: Answer, replayed: Bool) {
        let key = IdempotencyKey(order: "order-1", operation: text)
        return try database.write { database in
            try Answering.answer(to: operation, key.barrierKey(of: step), in: database) {
                switch operation {
                case .action:
                    try HoldingTable.hold(1, of: "lamp", for: "order-1", in: database)
                    return .done("held")
                case .compensation:
                    return try .done(HoldingTable.release("order-1", in: database) == nil ? "nothing" : "released")
                }
            }
        }
    }

    @Test func answersASecondDeliveryWithoutDoingTheWorkAgain() throws {
        let first = try deliver(.action, "reserve-stock")
        let second = try deliver(.action, "reserve-stock")
        #expect(first == (.done("held"), false))
        #expect(second == (.done("held"), true))
        let released = try deliver(.compensation, "release-stock")
        let again = try deliver(.compensation, "release-stock")
        #expect(released == (.done("released"), false))
        #expect(again.answer.code == "done" && again.replayed)
    }

    @Test func aRequestThatComesAfterTheReleaseHoldsNothing() throws {
        let released = try deliver(.compensation, "release-stock")
        #expect(released.answer.code == "done" && !released.replayed)
        let late = try deliver(.action, "reserve-stock")
        #expect(late == (.givenUp, false))
        try database.write { database in
            let isConfirmed = try HoldingTable.confirm("order-1", in: database)
            #expect(!isConfirmed)
            let all = try HoldingTable.all(in: database)
            #expect(all.isEmpty)
        }
    }

    @Test func releasesOnceWhatIsHeld() throws {
        try database.write { database in
            try HoldingTable.hold(2, of: "lamp", for: "order-1", in: database)
            _ = try HoldingTable.confirm("order-1", in: database)
            let all = try HoldingTable.all(in: database)
            #expect(all == ["order-1": Holding(amount: 2, isConfirmed: true)])
            let first = try HoldingTable.release("order-1", in: database)
            #expect(first?.amount == 2)
            let second = try HoldingTable.release("order-1", in: database)
            #expect(second == nil)
        }
    }

    @Test(arguments: ["", "order\n1", String(repeating: "1", count: 256)]) func anOrderThatIsNoneIsRefused(
        order: String
    ) {
        let key = IdempotencyKey(order: order, operation: "charge-card")
        #expect(throws: BarrierKeyError.self) { try key.barrierKey(of: .chargeCard) }
    }
}

@Suite("The check at the end finds what does not fit")
struct ConsistencyCheckTests {
    @Test func namesEveryDisagreement() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "checkout-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let options = try DemoOptions.parse(["--orders", "2", "--out", path])
        let folder = OutputFolder(path: path)
        try folder.prepare()
        let participants = try Participants(options: options, folder: folder)
        let bought = Order.make(1, seed: 1)
        let givenUp = Order.make(2, seed: 1)
        // Paid for and on its way, but the pieces are still on the shelf; and a charge that nobody took back.
        try await participants.payment.database.pool.write { database in
            try HoldingTable.hold(bought.cents, of: bought.card, for: bought.id, in: database)
            try HoldingTable.hold(givenUp.cents, of: givenUp.card, for: givenUp.id, in: database)
        }
        try await participants.shipping.database.pool.write { database in
            try HoldingTable.hold(1, of: bought.city, for: bought.id, in: database)
        }
        let check = ConsistencyCheck(participants: participants, pieces: Participants.allPieces(for: 2))
        let found = try await check.disagreements(with: [
            RunLedger.Run(order: bought, result: .success, reason: nil, seconds: 1),
            RunLedger.Run(order: givenUp, result: .compensated, reason: nil, seconds: 1),
        ])
        #expect(found.count == 2)
        #expect(found.first?.hasPrefix("\(bought.id) (success): stock holds nothing") == true)
        #expect(found.last?.hasPrefix("\(givenUp.id) (compensated): payment holds \(givenUp.cents)") == true)
    }
}
