import Synchronization

/// The counters and gauges of swift-metrics in one registry, by label, and the labels of all instruments.
final class ObservedFamilies: Sendable {
    let labels = MetricLabels()
    let sums = Table<SumHandler>()
    let lastValues = Table<LastValueHandler>()

    /// One for all factories of a registry, so that the same label and dimensions are the same series whoever asks.
    final class Table<Handler: ObservedHandler>: Sendable {
        private let families = Mutex<[String: ObservedFamily<Handler>]>([:])

        /// - Returns: the family of this label, and whether it is new and nobody reads it yet.
        func family(_ label: String, limit: Int) -> (family: ObservedFamily<Handler>, isNew: Bool) {
            families.withLock { families in
                if let known = families[label] { return (known, false) }
                let made = ObservedFamily<Handler>(label, limit: limit)
                families[label] = made
                return (made, true)
            }
        }

        func release(_ handler: Handler) {
            families.withLock { $0[handler.label] }?.release(handler)
        }
    }
}
