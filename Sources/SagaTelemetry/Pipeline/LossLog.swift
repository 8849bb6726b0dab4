import CSagascope
import Logging
import Synchronization

/// Tells people of records that were lost before they could be exported: at once, then at most once a minute with how many
/// they were, and the rest when the pipeline stops.
final class LossLog: Sendable {
    private let signal: Signal
    private let interval: UInt64
    private let tell: @Sendable (String) -> Void
    private let state = Mutex(State())

    private struct State {
        var told: [DropReason: Int] = [:]
        /// When something was last told, on the monotonic clock.
        var time: UInt64?
    }

    init(
        _ signal: Signal, interval: Duration = .seconds(60),
        tell: @escaping @Sendable (String) -> Void = { Diagnostics.logger.warning("\($0)") }
    ) {
        self.signal = signal
        self.tell = tell
        self.interval = interval.wholeNanoseconds
    }

    /// - Parameter isLast: nothing is left for later.
    func look(at statistics: SignalStatistics, isLast: Bool = false) {
        let messages = state.withLock { state -> [String] in
            let now = sgs_monotonic_ns()
            if !isLast, let time = state.time, now - time < interval { return [] }
            var messages: [String] = []
            for reason in [DropReason.queueFull, .recordTooLarge, .unreported] {
                let total = statistics.dropped[reason, default: 0]
                let count = total - state.told[reason, default: 0]
                guard count > 0 else { continue }
                let lost = "\(count.of(noun)) \(count.verb("was", "were")) lost"
                messages.append("\(lost)\(since(state.time, now)): \(advice(reason))")
                state.told[reason] = total
            }
            if !messages.isEmpty { state.time = now }
            return messages
        }
        for message in messages { tell(message) }
    }

    private func since(_ time: UInt64?, _ now: UInt64) -> String {
        time.map { " in the last \((now - $0) / 1_000_000_000) s" } ?? ""
    }

    private var noun: String { signal == .spans ? "span" : "event" }

    private func advice(_ reason: DropReason) -> String {
        let queue = signal == .spans ? "OTEL_BSP_MAX_QUEUE_SIZE" : "OTEL_BLRP_MAX_QUEUE_SIZE"
        return switch reason {
        case .queueFull:
            "a recording thread's ring was full; raise \(queue), or see why the destination takes them so slowly"
        case .recordTooLarge: "larger than 64 KiB; record less in one of them"
        default: "the exporter did not say what became of them; that is its fault"
        }
    }
}
