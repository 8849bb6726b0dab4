import GRDB
import Sagascope

/// Compares the three databases with what the orchestrator believes: an order that went through is held everywhere, in
/// full and once; of every other one nothing is left.
struct ConsistencyCheck: Sendable {
    let participants: Participants
    /// Pieces of all items together before the first order.
    let pieces: Int

    /// Every disagreement in words; empty when there is none.
    func disagreements(with runs: [RunLedger.Run]) async throws -> [String] {
        var found: [String] = []
        for service in participants.services {
            let held = try await service.database.pool.read { try HoldingTable.all(in: $0) }
            for run in runs {
                let expected = run.result == .success ? run.order.expectedHolding(at: service.participant.name) : nil
                let actual = held[run.order.id]
                if actual != expected {
                    found.append(
                        "\(run.order.id) (\(run.result.rawValue)): \(service.participant.name) holds "
                            + "\(actual.description), expected \(expected.description)")
                }
            }
            let strangers = Set(held.keys).subtracting(runs.map(\.order.id))
            found += strangers.sorted().map { "\($0): held at \(service.participant.name), but never run" }
        }
        let left = try await participants.stock.database.pool.read { try Stock.allPieces(in: $0) }
        if left != pieces { found.append("stock: \(left) pieces on the shelf and held, expected \(pieces)") }
        return found
    }
}

extension Order {
    /// What a participant holds after this order went through.
    func expectedHolding(at participant: String) -> Holding {
        switch participant {
        case "stock": Holding(amount: quantity, isConfirmed: true)
        case "payment": Holding(amount: cents, isConfirmed: false)
        default: Holding(amount: 1, isConfirmed: false)
        }
    }
}

extension Holding? {
    var description: String {
        guard let self else { return "nothing" }
        return self.isConfirmed ? "\(self.amount), confirmed" : "\(self.amount)"
    }
}
