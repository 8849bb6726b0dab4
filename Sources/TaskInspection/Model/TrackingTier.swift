/// One way of seeing tasks, and whether it is in use.
public struct TrackingTier: Codable, Sendable, Equatable {
    public var tier: Tier
    public var isOn: Bool
    /// Why it is off.
    public var reason: String?

    public init(_ tier: Tier, reasonOff: String?) {
        self.tier = tier
        isOn = reasonOff == nil
        reason = reasonOff
    }

    public enum Tier: Int, Codable, Sendable, CaseIterable {
        /// A task executor under each saga: public API alone.
        case executor = 1
        /// The runtime's enqueue hook: every task of the process.
        case hook = 2
        /// Guarded reads of the runtime's memory layout: stacks, what a task waits for, its exact end.
        case layout = 3
    }

    enum CodingKeys: String, CodingKey {
        case tier, reason
        case isOn = "on"
    }
}
