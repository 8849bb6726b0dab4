/// What a customer ordered: the input of one saga run.
struct Order: Codable, Sendable {
    let id: String
    let item: String
    let quantity: Int
    let cents: Int
    let card: String
    let city: String
}

extension Order {
    /// Order `number` of the run with this seed; always the same one.
    static func make(_ number: Int, seed: UInt64) -> Order {
        let digits = String(number)
        let id = "order-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        var random = SplitMix64(seed: seed, id)
        let isSoldOut = random.fraction() < Shop.soldOutShare
        let item = isSoldOut ? Shop.soldOut : Shop.items[random.index(in: Shop.items)]
        let quantity = 1 + Int(random.next() % UInt64(Shop.largestQuantity))
        let hasBadCard = random.fraction() < Shop.badCardShare
        return Order(
            id: id,
            item: item.name,
            quantity: quantity,
            cents: quantity * item.cents,
            card: hasBadCard ? Shop.badCards[random.index(in: Shop.badCards)] : Shop.goodCard,
            city: Shop.cities[random.index(in: Shop.cities)]
        )
    }
}

/// What can be ordered, and what cannot: refusals by the business come from the orders themselves, not from faults.
enum Shop {
    struct Item: Sendable {
        let name: String
        let cents: Int
    }

    static let items = [
        Item(name: "espresso-cup", cents: 1_450),
        Item(name: "paper-lamp", cents: 3_900),
        Item(name: "wool-blanket", cents: 8_900),
        Item(name: "oak-stool", cents: 12_900),
    ]
    static let soldOut = Item(name: "first-edition", cents: 24_000)
    static let soldOutShare = 0.035
    static let largestQuantity = 3

    static let goodCard = "card-4242"
    static let badCards = ["card-no-funds", "card-expired"]
    static let badCardShare = 0.095

    static let cities = ["Bergen", "Porto", "Gdańsk", "Lyon", "Turku", "Trieste"]
}

extension SplitMix64 {
    /// A position in a list that is not empty. The bias of the remainder does not matter for lists this short.
    fileprivate mutating func index(in list: [some Any]) -> Int { Int(next() % UInt64(list.count)) }
}
