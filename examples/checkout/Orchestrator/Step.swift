/// The steps of the checkout, in the order in which they begin.
enum Step: String, Codable, CaseIterable, Sendable {
    case reserveStock = "reserve-stock"
    case chargeCard = "charge-card"
    case bookShipping = "book-shipping"
    case confirmSale = "confirm-sale"

    /// Who does it.
    var participant: String {
        switch self {
        case .reserveStock, .confirmSale: "stock"
        case .chargeCard: "payment"
        case .bookShipping: "shipping"
        }
    }
}
