import SagaTelemetry
import Synchronization

/// What runs of the runtime tell of themselves, beside what `withSagaRun`, `withStep` and `withCompensation` tell.
enum RuntimeInstruments {
    // MARK: the gate

    static func judged(_ verdict: LaunchGate.Verdict, step: String, in live: LiveRun) {
        let instruments = GateInstruments.of(live.blueprint.name, step: step)
        switch verdict {
        case .start: instruments.started.add()
        case .wait: instruments.waiting.add()
        case .reject(let rejection):
            // It was begun before, and goes on.
            if rejection == .duplicate { return }
            rejected(rejection, step: step, in: live)
        }
    }

    static func waited(_ nanoseconds: UInt64, step: String, in live: LiveRun) {
        GateInstruments.of(live.blueprint.name, step: step).waited.record(nanoseconds: nanoseconds)
    }

    static func rejected(_ rejection: LaunchGate.Rejection, step: String, in live: LiveRun) {
        let saga = live.blueprint.name
        GateInstruments.of(saga, step: step).rejected.add()
        MetricRegistry.shared.counter(
            MetricCatalogue.gateRejections,
            ["saga.name": .string(saga), "saga.step.gate.reason": .string(rejection.rawValue)]
        ).add()
        TelemetryEvent.emit(EventCatalogue.gateRejected, severity: .warn) { event in
            event.set("saga.name", saga)
            event.set("saga.run.id", live.id.description)
            event.set("saga.step.name", step)
            event.set("saga.step.gate.reason", rejection.rawValue)
        }
    }

    // MARK: ends

    static func deadLettered(step: String, in live: LiveRun) {
        TelemetryEvent.emit(EventCatalogue.compensationDeadLettered, severity: .error) { event in
            event.set("saga.name", live.blueprint.name)
            event.set("saga.run.id", live.id.description)
            event.set("saga.step.name", step)
        }
    }

    static func deadLetters(_ count: Int, of saga: String) {
        guard count != 0 else { return }
        MetricRegistry.shared.upDownCounter(MetricCatalogue.deadLetters, ["saga.name": .string(saga)]).add(count)
    }

    static func quarantined(_ change: Int, of saga: String) {
        MetricRegistry.shared.upDownCounter(MetricCatalogue.runsQuarantined, ["saga.name": .string(saga)]).add(change)
    }

    static func quarantined(run: TraceID, saga: String, reason: String) {
        quarantined(1, of: saga)
        TelemetryEvent.emit(EventCatalogue.runQuarantined, severity: .error) { event in
            event.set("saga.name", saga)
            event.set("saga.run.id", run.description)
            event.set("error.message", reason)
        }
    }

    // MARK: recovery

    /// - Parameter outcome: `resumed`, `suspended` or `quarantined`.
    static func recovered(_ run: TraceID, saga: String, _ outcome: String) {
        MetricRegistry.shared.counter(
            MetricCatalogue.recoveryRuns,
            ["saga.name": .string(saga), "saga.recovery.outcome": .string(outcome)]
        ).add()
        guard outcome == "resumed" else { return }
        TelemetryEvent.emit(EventCatalogue.runResumed) { event in
            event.set("saga.name", saga)
            event.set("saga.run.id", run.description)
        }
    }

    static func recovery(nanoseconds: UInt64) {
        MetricRegistry.shared.histogram(MetricCatalogue.recoveryDuration).record(nanoseconds: nanoseconds)
    }
}

/// The launch gate's instruments for one step, bound once.
private final class GateInstruments: Sendable {
    let started: BoundCounter
    let waiting: BoundCounter
    let rejected: BoundCounter
    let waited: BoundHistogram

    private init(_ saga: String, _ step: String) {
        let attributes: [(key: String, value: AttributeValue)] = [
            ("saga.name", .string(saga)), ("saga.step.name", .string(step)),
        ]
        func counter(_ verdict: String) -> BoundCounter {
            MetricRegistry.shared.counter(
                MetricCatalogue.gateVerdicts,
                Attributes(attributes + [("saga.step.gate.verdict", .string(verdict))]))
        }
        started = counter("start")
        waiting = counter("wait")
        rejected = counter("reject")
        waited = MetricRegistry.shared.histogram(MetricCatalogue.gateWaitDuration, Attributes(attributes))
    }

    private struct Key: Hashable {
        let saga: String
        let step: String
    }

    private static let cache = Mutex<[Key: GateInstruments]>([:])

    static func of(_ saga: String, step: String) -> GateInstruments {
        cache.withLock { cache in
            let key = Key(saga: saga, step: step)
            if let known = cache[key] { return known }
            let made = GateInstruments(saga, step)
            if cache.count < MetricOptions.defaultCardinalityLimit { cache[key] = made }
            return made
        }
    }
}
