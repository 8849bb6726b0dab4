/// The series of one metric by their attributes, numbered in the order in which they came, up to a limit.
///
/// Looking one up or adding one hashes its key and compares it with those of the same hash: the work does not grow with the
/// number of series. Past the limit every further key shares one more series, so that a label that never repeats costs a
/// bounded amount of memory and the total stays right.
///
/// Source: OpenTelemetry specification, metrics SDK, "Cardinality limits".
struct SeriesTable<Key: Hashable> {
    private let overflowKey: Key
    private var numbers: [Key: Int] = [:]
    /// By number. A snapshot shares this array; adding a series while it lives copies it once.
    private(set) var keys: [Key] = []
    private var overflow: Int?

    enum Place: Equatable {
        case known(Int)
        /// The caller has to make room for what is counted there; so with ``firstOverflow(_:)``.
        case new(Int)
        case firstOverflow(Int)
        case overflow(Int)
    }

    init(overflowKey: Key) { self.overflowKey = overflowKey }

    /// - Parameter limit: how many series there may be besides that of the overflow.
    mutating func place(of key: Key, limit: Int) -> Place {
        if let known = numbers[key] { return known == overflow ? .overflow(known) : .known(known) }
        if isNew(key, limit: limit) { return .new(add(key)) }
        if let overflow { return .overflow(overflow) }
        let number = add(overflowKey)
        overflow = number
        return .firstOverflow(number)
    }

    /// Whether ``place(of:limit:)`` would answer a new number that is not the overflow's.
    func isNew(_ key: Key, limit: Int) -> Bool {
        keys.count - (overflow == nil ? 0 : 1) < limit && numbers[key] == nil
    }

    private mutating func add(_ key: Key) -> Int {
        numbers[key] = keys.count
        keys.append(key)
        return keys.count - 1
    }
}

extension SeriesTable where Key == Attributes {
    init() { self.init(overflowKey: ["otel.metric.overflow": true]) }
}
