import SagaTelemetry
import Synchronization

/// The instruments of one saga, bound once; those of its steps on first use.
final class SagaInstruments: Sendable {
    let saga: String
    /// Of a run's span.
    let spanName: String
    let activeRunning: BoundUpDownCounter
    let activeCompensating: BoundUpDownCounter
    let compensationPending: BoundUpDownCounter
    private let success: BoundHistogram
    private let steps = Mutex<[String: StepInstruments]>([:])

    private init(_ saga: String) {
        self.saga = saga
        spanName = "run \(saga)"
        let registry = MetricRegistry.shared
        let name = AttributeValue.string(saga)
        activeRunning = registry.upDownCounter(
            MetricCatalogue.runActive, ["saga.name": name, "saga.run.state": "running"])
        activeCompensating = registry.upDownCounter(
            MetricCatalogue.runActive, ["saga.name": name, "saga.run.state": "compensating"])
        compensationPending = registry.upDownCounter(MetricCatalogue.compensationPending, ["saga.name": name])
        success = registry.histogram(
            MetricCatalogue.runDuration, ["saga.name": name, "saga.result": "success"])
    }

    func recordRun(_ nanoseconds: UInt64, _ result: SagaResult, errorType: String?) {
        if result == .success, errorType == nil {
            success.record(nanoseconds: nanoseconds)
            return
        }
        var pairs: [(key: String, value: AttributeValue)] = [
            ("saga.name", .string(saga)), ("saga.result", .string(result.rawValue)),
        ]
        if let errorType { pairs.append(("error.type", .string(errorType))) }
        MetricRegistry.shared.histogram(MetricCatalogue.runDuration, Attributes(pairs)).record(nanoseconds: nanoseconds)
    }

    func recordCompensation(_ nanoseconds: UInt64, step: String, errorType: String?) {
        var pairs: [(key: String, value: AttributeValue)] = [
            ("saga.name", .string(saga)), ("saga.step.name", .string(step)),
        ]
        if let errorType { pairs.append(("error.type", .string(errorType))) }
        MetricRegistry.shared.histogram(MetricCatalogue.compensationDuration, Attributes(pairs))
            .record(nanoseconds: nanoseconds)
    }

    func step(_ name: String) -> StepInstruments {
        steps.withLock { steps in
            if let known = steps[name] { return known }
            let made = StepInstruments(saga: saga, step: name)
            if steps.count < MetricOptions.defaultCardinalityLimit { steps[name] = made }
            return made
        }
    }

    // MARK: the cache

    private static let cache = Mutex<[String: SagaInstruments]>([:])

    static func of(_ saga: String) -> SagaInstruments {
        cache.withLock { cache in
            if let known = cache[saga] { return known }
            let made = SagaInstruments(saga)
            if cache.count < MetricOptions.defaultCardinalityLimit { cache[saga] = made }
            return made
        }
    }
}

/// The instruments of one step that succeeds; the rarer cases bind when they happen.
final class StepInstruments: Sendable {
    /// Of an attempt's span.
    let spanName: String
    private let saga: String
    private let step: String
    private let duration: BoundHistogram
    private let succeeded: BoundCounter

    fileprivate init(saga: String, step: String) {
        self.saga = saga
        self.step = step
        spanName = "step \(step)"
        let attributes: Attributes = ["saga.name": .string(saga), "saga.step.name": .string(step)]
        duration = MetricRegistry.shared.histogram(MetricCatalogue.stepDuration, attributes)
        succeeded = MetricRegistry.shared.counter(
            MetricCatalogue.stepAttempts, Attributes(attributes.pairs + [("saga.step.outcome", "success")]))
    }

    func record(_ nanoseconds: UInt64, _ error: ErrorClassification?) {
        guard let error else {
            duration.record(nanoseconds: nanoseconds)
            succeeded.add()
            return
        }
        let pairs: [(key: String, value: AttributeValue)] = [
            ("saga.name", .string(saga)), ("saga.step.name", .string(step)),
        ]
        MetricRegistry.shared.histogram(
            MetricCatalogue.stepDuration, Attributes(pairs + [("error.type", .string(error.errorType))])
        ).record(nanoseconds: nanoseconds)
        MetricRegistry.shared.counter(
            MetricCatalogue.stepAttempts, Attributes(pairs + [("saga.step.outcome", .string(error.result.rawValue))])
        ).add()
    }
}
