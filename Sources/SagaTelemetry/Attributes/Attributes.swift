/// A canonical set of attributes: keys unique and sorted by their UTF-8 bytes, so that the order in which a caller wrote
/// them never makes a second series.
///
/// A class, because every exported point of a series refers to the same set; immutable, hence `Sendable`.
public final class Attributes: Sendable, Hashable {
    public let pairs: [(key: String, value: AttributeValue)]
    private let hash: Int

    /// - Parameter pairs: attributes in any order; of two with one key the last one stands.
    public init(_ pairs: [(key: String, value: AttributeValue)]) {
        var canonical: [(key: String, value: AttributeValue)] = []
        canonical.reserveCapacity(pairs.count)
        for pair in pairs {
            if let same = canonical.firstIndex(where: { $0.key == pair.key }) {
                canonical[same].value = pair.value
            } else {
                canonical.append(pair)
            }
        }
        canonical.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var hasher = Hasher()
        for pair in canonical {
            hasher.combine(pair.key)
            hasher.combine(pair.value)
        }
        self.pairs = canonical
        self.hash = hasher.finalize()
    }

    public static let empty = Attributes([])

    public static func == (left: Attributes, right: Attributes) -> Bool {
        if left === right { return true }
        return left.hash == right.hash
            && left.pairs.elementsEqual(right.pairs) { $0.key == $1.key && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    public subscript(key: String) -> AttributeValue? { pairs.first { $0.key == key }?.value }
}

extension Attributes: ExpressibleByDictionaryLiteral {
    public convenience init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }
}
