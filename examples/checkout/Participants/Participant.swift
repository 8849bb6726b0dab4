import GRDB
import Hummingbird

/// One party of the transaction: what differs between stock, payment and shipping.
protocol Participant: Sendable {
    var name: String { get }

    /// Tables besides those that every participant has.
    func createTables(in database: Database) throws
    func addRoutes(to router: Router<ParticipantContext>, answering: Answering)
}
