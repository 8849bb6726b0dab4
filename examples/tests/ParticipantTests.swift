import ArgumentParser
import Foundation
import GRDB
import Sagascope
import Testing

@testable import checkout

@Suite("Requests may arrive twice, late, or in the wrong order")
struct ParticipantTests {
    private let database: DatabaseQueue

    init() throws {
        database = try DatabaseQueue()
        try database.write { database in
            try AnswerTable.create(in: database)
            try HoldingTable.create(in: database)
        }
    }

    @Test func answersASecondDeliveryWithoutDoingTheWorkAgain() throws {
        let key = IdempotencyKey(order: "order-1", operation: "charge-card")
        let (first, second) = try database.write { database in
            let first = try AnswerTable.answer(to: key, in: database) { _ in .refused("card_expired", "expired") }
            let second = try AnswerTable.answer(to: key, in: database) { _ in
                Issue.record("the work was done twice")
                return .done("charged")
            }
            return (first, second)
        }
        #expect(!first.replayed)
        #expect(second.replayed)
        #expect(second.answer == first.answer)
    }

    @Test func aRequestThatComesAfterTheReleaseHoldsNothing() throws {
        try database.write { database in
            let held = try HoldingTable.release("order-1", in: database)
            #expect(held == nil)
            let isHeld = try HoldingTable.hold(500, of: "card", for: "order-1", in: database)
            #expect(!isHeld)
            let isConfirmed = try HoldingTable.confirm("order-1", in: database)
            #expect(!isConfirmed)
            let all = try HoldingTable.all(in: database)
            #expect(all.isEmpty)
        }
    }

    @Test func releasesOnceWhatIsHeld() throws {
        try database.write { database in
            _ = try HoldingTable.hold(2, of: "lamp", for: "order-1", in: database)
            _ = try HoldingTable.confirm("order-1", in: database)
            let all = try HoldingTable.all(in: database)
            #expect(all == ["order-1": Holding(amount: 2, isConfirmed: true)])
            let first = try HoldingTable.release("order-1", in: database)
            #expect(first?.amount == 2)
            let second = try HoldingTable.release("order-1", in: database)
            #expect(second == nil)
        }
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
            _ = try HoldingTable.hold(bought.cents, of: bought.card, for: bought.id, in: database)
            _ = try HoldingTable.hold(givenUp.cents, of: givenUp.card, for: givenUp.id, in: database)
        }
        try await participants.shipping.database.pool.write { database in
            _ = try HoldingTable.hold(1, of: bought.city, for: bought.id, in: database)
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
