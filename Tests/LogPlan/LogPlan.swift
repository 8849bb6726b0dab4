/// What `log-fixture` writes: any record can be told from what it should be, without a list of what was written.
public struct LogPlan: Sendable {
    /// The high half of all its run ids; the low half is the task's number.
    public static let high: UInt64 = 0x5A6A_1065

    private var state: UInt64

    public init(task: Int, sequence: UInt32) { state = UInt64(task) << 32 | UInt64(sequence) }

    /// SplitMix64.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// Of any length up to the limit.
    public static func payload(task: Int, sequence: UInt32, atMost limit: Int) -> [UInt8] {
        var plan = LogPlan(task: task, sequence: sequence)
        let count = Int(plan.next() % UInt64(limit + 1))
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: plan.next()) }
    }
}
