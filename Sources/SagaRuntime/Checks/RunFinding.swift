import SagaLog

/// A run of which memory and log do not say the same, or that does not go on.
public struct RunFinding: Codable, Sendable, Hashable {
    /// `saga.drift.type`.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Memory has records as durable that are not in the log.
        case memoryAhead = "memory_ahead"
        /// The log has records that memory knows nothing of.
        case logAhead = "log_ahead"
        /// Both have as many records, and come to different states; or the log has one that cannot follow those before it.
        case diverged
        /// In memory, and closed in the log, or not there at all.
        case orphanMemory = "orphan_memory"
        /// Open in the log, and nobody works on it.
        case orphanLog = "orphan_log"
        /// A record is missing between two that are in the log.
        case sequenceGap = "sequence_gap"
        /// Both say the same, and for ``CoordinatorOptions/stalledAfter`` nothing has been written. It is only told of.
        case stalled
    }

    /// What memory, or the log, says.
    public struct Side: Codable, Sendable, Hashable {
        /// `saga.run.state`, or `absent`.
        public var state: String
        /// How many records it has, and the last one's LSN.
        public var records: Int
        public var lsn: UInt64
        /// The states of the steps that were begun, as in ``RunReport``.
        public var steps: [String: String]
        /// The record that cannot stand where it does.
        public var fault: String?
    }

    public var run: String
    public var saga: String
    public var type: Kind
    public var memory: Side
    public var log: Side
    /// Unix ns.
    public var time: UInt64
    /// What was done about it.
    public var policy: FindingPolicy
}

extension RunFinding: CustomStringConvertible {
    public var description: String { "\(type.rawValue): memory says \(memory), the log says \(log)" }
}

extension RunFinding.Side: CustomStringConvertible {
    public var description: String {
        if let fault { return fault }
        guard records > 0 else { return state }
        let steps = steps.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "\(state) after \(records) records (the last is LSN \(lsn))"
            + (steps.isEmpty ? "" : ": " + steps.joined(separator: ", "))
    }
}

extension RunFinding.Side {
    init(_ standing: RunStanding?, _ graph: StepGraph?, fault: ShadowFault? = nil) {
        guard let standing else {
            self.init(state: "absent", records: 0, lsn: 0, steps: [:], fault: nil)
            return
        }
        var steps: [String: String] = [:]
        for (name, step) in zip(graph?.names ?? [], standing.machine.steps) where step.state != .idle {
            steps[name] = step.state.rawValue
        }
        self.init(
            state: standing.machine.state.description, records: Int(standing.machine.records),
            lsn: standing.lsn.rawValue, steps: steps, fault: fault.map { "LSN \($0.lsn): \($0.record)" })
    }
}
