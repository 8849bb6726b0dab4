import Logging
import Synchronization

/// All series of one label.
final class ObservedFamily<Handler: ObservedHandler>: Sendable {
    private let label: String
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var series: [Attributes: Series] = [:]
        /// Every set there ever was, at most `limit`: exporters keep what they have rendered of each.
        var seen: Set<Attributes> = []
        var overflow: Handler?
    }

    private struct Series {
        let handler: Handler
        /// How many instruments hold it: the last one to be destroyed takes it away.
        var holders = 1
    }

    init(_ label: String, limit: Int) {
        self.label = label
        self.limit = max(1, limit)
    }

    func handler(for attributes: Attributes) -> Handler {
        let (handler, trouble) = state.withLock { state -> (Handler, Trouble?) in
            if let known = state.series[attributes] {
                state.series[attributes]?.holders += 1
                return (known.handler, nil)
            }
            if state.seen.contains(attributes) || state.seen.count < limit {
                state.seen.insert(attributes)
                let made = Handler(label: label, attributes: attributes)
                if made.isExported { state.series[attributes] = Series(handler: made) }
                return (made, made.isExported ? nil : .noRoom)
            }
            if let overflow = state.overflow { return (overflow, nil) }
            let made = Handler(label: label, attributes: .metricOverflow)
            state.overflow = made
            return (made, .overflow)
        }
        // Outside of the lock: a log handler may count.
        if let trouble { tell(trouble) }
        return handler
    }

    private enum Trouble { case overflow, noRoom }

    private func tell(_ trouble: Trouble) {
        switch trouble {
        case .overflow:
            Diagnostics.logger.warning(
                """
                metric \(label) has had \(limit.of("set")) of dimensions; further ones share the series \
                otel.metric.overflow: leave out the dimension that never repeats
                """)
        case .noRoom:
            Diagnostics.logger.error(
                "metric \(label): no room for another series, it is not exported; destroy counters that are done")
        }
    }

    func release(_ handler: Handler) {
        state.withLock { state in
            guard let known = state.series[handler.attributes], known.handler === handler else { return }
            if known.holders > 1 {
                state.series[handler.attributes]?.holders -= 1
            } else {
                state.series[handler.attributes] = nil
            }
        }
    }

    func report(to observations: inout Observations) {
        let handlers = state.withLock { state in
            state.series.values.map(\.handler) + (state.overflow.map { [$0] } ?? [])
        }
        for handler in handlers {
            switch handler.value {
            case .int(let value): observations.observe(Int(value), handler.attributes)
            case .double(let value): observations.observe(value, handler.attributes)
            case nil: continue
            }
        }
    }
}
