import CoreMetrics
import Synchronization

/// A series that holds the last value set: `Meter`, `Gauge` and a `Recorder` that does not aggregate.
final class LastValueHandler: MeterHandler, RecorderHandler, ObservedHandler {
    let label: String
    let attributes: Attributes
    /// A double's bits.
    private let bits = Atomic<UInt64>(LastValueHandler.unset)

    /// A NaN that no arithmetic makes: nothing was set yet.
    private static let unset: UInt64 = 0x7ff8_0000_7361_6761

    init(label: String, attributes: Attributes) {
        self.label = label
        self.attributes = attributes
    }

    var isExported: Bool { true }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
        bits.store((value.isNaN ? .nan : value).bitPattern, ordering: .relaxed)
    }

    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) { add(amount, sign: 1) }
    func decrement(by amount: Double) { add(amount, sign: -1) }

    /// NaN, infinite and negative amounts are ignored and counted, as swift-metrics' own meter does.
    private func add(_ amount: Double, sign: Double) {
        guard amount > 0, amount < .infinity else {
            if amount != 0 { (amount.isFinite ? IgnoredMeasurements.negative : .notFinite).add() }
            return
        }
        var old = bits.load(ordering: .relaxed)
        while true {
            let value = old == Self.unset ? 0 : Double(bitPattern: old)
            let (exchanged, current) = bits.compareExchange(
                expected: old, desired: (value + sign * amount).bitPattern, ordering: .relaxed)
            if exchanged { return }
            old = current
        }
    }

    var value: NumberPoint.Value? {
        let bits = bits.load(ordering: .relaxed)
        return bits == Self.unset ? nil : .double(Double(bitPattern: bits))
    }
}
