import ServiceLifecycle

/// The three parties of the checkout.
struct Participants: Sendable {
    let stock: ParticipantService
    let payment: ParticipantService
    let shipping: ParticipantService

    /// Creates the three databases; nothing listens yet.
    init(options: DemoOptions, folder: OutputFolder) throws {
        func service(_ participant: some Participant, port: Int) throws -> ParticipantService {
            let path = folder.database(of: participant.name)
            return ParticipantService(
                participant: participant,
                database: try ParticipantDatabase(participant, path: path),
                faults: FaultPlan(seed: options.seed),
                address: ListeningAddress(requestedPort: port)
            )
        }
        stock = try service(Stock(pieces: Self.pieces(for: options.orders)), port: options.stockPort)
        payment = try service(Payment(), port: options.paymentPort)
        shipping = try service(Shipping(), port: options.shippingPort)
    }

    var services: [ParticipantService] { [stock, payment, shipping] }

    /// Where they listen, once all do. Ask once.
    func urls() async throws -> ParticipantURLs {
        ParticipantURLs(
            stock: try await stock.address.url(), payment: try await payment.address.url(),
            shipping: try await shipping.address.url())
    }

    /// Pieces of each item: enough for every order, so that only what is sold out from the start can be out of stock.
    private static func pieces(for orders: Int) -> Int { orders * Shop.largestQuantity }

    /// Pieces of all items together before the first order.
    static func allPieces(for orders: Int) -> Int { pieces(for: orders) * Shop.items.count }
}
