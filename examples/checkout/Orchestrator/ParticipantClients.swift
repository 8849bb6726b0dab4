import AsyncHTTPClient

/// The three participants, as the orchestrator calls them.
struct ParticipantClients: Sendable {
    let stock: StockClient
    let payment: PaymentClient
    let shipping: ShippingClient

    /// - Parameter timeout: of one call.
    init(_ urls: ParticipantURLs, over http: HTTPClient, timeout: Duration) {
        func client(_ name: String, _ url: String) -> ParticipantClient {
            ParticipantClient(name: name, url: url, http: http, timeout: timeout)
        }
        stock = StockClient(client: client("stock", urls.stock))
        payment = PaymentClient(client: client("payment", urls.payment))
        shipping = ShippingClient(client: client("shipping", urls.shipping))
    }
}

/// Where the participants listen.
struct ParticipantURLs: Sendable, Equatable {
    let stock: String
    let payment: String
    let shipping: String
}
