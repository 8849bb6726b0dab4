import Synchronization

/// Measurements that no instrument took, by the reason: rare, and counted here rather than in a cell, since instruments stand
/// below the registry that makes cells.
package final class IgnoredMeasurements: Sendable {
    /// Infinite or not a number, where that cannot be counted.
    package static let notFinite = IgnoredMeasurements("not_finite")
    /// A negative amount for what only grows.
    package static let negative = IgnoredMeasurements("negative")
    /// No memory for another exponential histogram.
    package static let noMemory = IgnoredMeasurements("no_memory")

    package static let all = [notFinite, negative, noMemory]

    package let reason: String
    private let total = Atomic<Int>(0)

    private init(_ reason: String) { self.reason = reason }

    func add() { total.add(1, ordering: .relaxed) }

    package var count: Int { total.load(ordering: .relaxed) }
}
