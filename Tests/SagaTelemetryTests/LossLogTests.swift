import Synchronization
import Testing

@testable import SagaTelemetry

/// What people hear of lost records: the first at once, then at most one message in the interval, and the rest at the end.
struct LossLogTests {
    private let told = Told()

    @Test func tellsTheFirstLossAndTheRestAtTheEnd() {
        let log = LossLog(.spans, interval: .seconds(3600)) { [told] in told.add($0) }
        log.look(at: lost(0))
        #expect(told.messages.isEmpty)
        log.look(at: lost(3))
        #expect(told.messages.count == 1 && told.messages[0].hasPrefix("3 spans were lost: "))
        #expect(told.messages[0].contains("OTEL_BSP_MAX_QUEUE_SIZE"))
        for count in 4...315 { log.look(at: lost(count)) }
        #expect(told.messages.count == 1)
        log.look(at: lost(315), isLast: true)
        #expect(told.messages.count == 2 && told.messages[1].hasPrefix("312 spans were lost in the last "))
        log.look(at: lost(315), isLast: true)
        #expect(told.messages.count == 2)
    }

    @Test func tellsAgainAfterTheInterval() {
        let log = LossLog(.logs, interval: .zero) { [told] in told.add($0) }
        log.look(at: lost(1))
        log.look(at: lost(2))
        #expect(told.messages.count == 2 && told.messages.allSatisfy { $0.hasPrefix("1 event was lost") })
        #expect(told.messages[1].contains("OTEL_BLRP_MAX_QUEUE_SIZE"))
    }

    private func lost(_ count: Int) -> SignalStatistics {
        var statistics = SignalStatistics()
        statistics.dropped = count == 0 ? [:] : [.queueFull: count, .refused: 5]
        return statistics
    }

    private final class Told: Sendable {
        private let lines = Mutex<[String]>([])
        var messages: [String] { lines.withLock { $0 } }
        func add(_ message: String) { lines.withLock { $0.append(message) } }
    }
}
