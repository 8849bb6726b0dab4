/// A series that is read when somebody looks, and that swift-metrics code may let go of.
protocol ObservedHandler: AnyObject, Sendable {
    init(label: String, attributes: Attributes)
    var label: String { get }
    var attributes: Attributes { get }
    /// False when the process has no room left for another series.
    var isExported: Bool { get }
    /// nil before the first measurement of what has no natural zero.
    var value: NumberPoint.Value? { get }
}
