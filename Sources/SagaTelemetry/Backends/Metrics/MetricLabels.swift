import Logging
import Synchronization

/// The labels that swift-metrics code uses in one registry. They are names in a program; text that is made while it runs
/// belongs into dimensions, and as labels it would make metrics without end.
final class MetricLabels: Sendable {
    private let state = Mutex(State())
    static let limit = 10_000

    private struct State {
        var known: Set<String> = []
        var isFullTold = false
        var isEmptyTold = false
    }

    /// Whether there may be a metric with this label. The first label of each kind that may not is told of.
    func admit(_ label: String) -> Bool {
        let (isAdmitted, isFirst) = state.withLock { state -> (Bool, Bool) in
            if state.known.contains(label) { return (true, false) }
            if label.isEmpty {
                defer { state.isEmptyTold = true }
                return (false, !state.isEmptyTold)
            }
            if state.known.count < Self.limit {
                state.known.insert(label)
                return (true, false)
            }
            defer { state.isFullTold = true }
            return (false, !state.isFullTold)
        }
        if isFirst {
            Diagnostics.logger.error(
                label.isEmpty
                    ? "a metric without a label is not exported: give it one"
                    : """
                    metric \(label) is not exported, nor are further new ones: there are \(Self.limit) labels already; put \
                    what varies into dimensions
                    """)
        }
        return isAdmitted
    }
}
