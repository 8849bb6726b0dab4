/// The series of one metric by their attributes, numbered in the order in which they came.
///
/// Looking one up or adding one hashes its key and compares it with those of the same hash: the work does not grow with the
/// number of series.
struct SeriesTable<Key: Hashable> {
    private var numbers: [Key: Int] = [:]
    /// By number. A snapshot shares this array; adding a series while it lives copies it once.
    private(set) var keys: [Key] = []

    var count: Int { keys.count }

    func number(of key: Key) -> Int? { numbers[key] }

    /// - Parameter key: one that the table does not hold.
    /// - Returns: its number.
    mutating func add(_ key: Key) -> Int {
        let number = keys.count
        numbers[key] = number
        keys.append(key)
        return number
    }
}
