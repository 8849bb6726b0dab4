/// The steps of the checkout, in the order in which they begin.
enum CheckoutStep: String, Codable, CaseIterable, Sendable {
    case reserveStock = "reserve-stock"
    case chargeCard = "charge-card"
    case bookShipping = "book-shipping"
    case confirmSale = "confirm-sale"

    /// Its place among the steps: 0, 1, 2, 3.
    var index: UInt32 { UInt32(Self.allCases.firstIndex(of: self) ?? 0) }

    /// Who does it.
    var participant: String {
        switch self {
        case .reserveStock, .confirmSale: "stock"
        case .chargeCard: "payment"
        case .bookShipping: "shipping"
        }
    }
}
