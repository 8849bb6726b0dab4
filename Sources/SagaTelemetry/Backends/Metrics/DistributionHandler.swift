import CoreMetrics
import Logging
import Synchronization

/// A series of counts per bucket: `Timer`, in seconds, and a `Recorder` that aggregates.
final class DistributionHandler: RecorderHandler, TimerHandler {
    private let label: String
    private let histogram: BoundHistogram
    private let hasRefused = Atomic<Bool>(false)

    init(_ label: String, _ histogram: BoundHistogram) {
        self.label = label
        self.histogram = histogram
    }

    func record(_ value: Int64) { histogram.record(Double(value)) }
    func record(_ value: Double) { histogram.record(value) }

    func recordNanoseconds(_ duration: Int64) {
        guard duration >= 0 else { return refuse(duration) }
        histogram.record(nanoseconds: UInt64(duration))
    }

    /// A clock that was set back: a negative duration would make the sum fall, which consumers take for a restart.
    private func refuse(_ duration: Int64) {
        IgnoredMeasurements.negative.add()
        guard !hasRefused.exchange(true, ordering: .relaxed) else { return }
        Diagnostics.logger.warning(
            """
            timer \(label): a duration of \(duration) ns was ignored; further negative ones are only counted. \
            Measure with a monotonic clock
            """)
    }
}
