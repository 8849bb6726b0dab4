import SagaTelemetry
import Synchronization

/// What admission tells of one saga.
final class AdmissionInstruments: Sendable {
    let waiting: BoundUpDownCounter
    private let saga: String
    private let duration: BoundHistogram

    private init(_ saga: String) {
        self.saga = saga
        let attributes: Attributes = ["saga.name": .string(saga)]
        waiting = MetricRegistry.shared.upDownCounter(MetricCatalogue.admissionWaiting, attributes)
        duration = MetricRegistry.shared.histogram(MetricCatalogue.admissionWaitDuration, attributes)
    }

    /// - Parameter wait: ns.
    func admitted(after wait: UInt64) { duration.record(nanoseconds: wait) }

    func refused(_ refusal: AdmissionRefused) {
        MetricRegistry.shared.counter(
            MetricCatalogue.admissionRefusals,
            ["saga.name": .string(saga), "error.type": .string(refusal.errorType)]
        ).add()
    }

    private static let cache = Mutex<[String: AdmissionInstruments]>([:])

    static func of(_ saga: String) -> AdmissionInstruments {
        cache.withLock { cache in
            if let known = cache[saga] { return known }
            let made = AdmissionInstruments(saga)
            if cache.count < MetricOptions.defaultCardinalityLimit { cache[saga] = made }
            return made
        }
    }
}
