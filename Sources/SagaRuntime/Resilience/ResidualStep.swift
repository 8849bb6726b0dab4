import SagaTelemetry

/// A task that went on when nobody waited for it any more: counted from then to its end.
struct ResidualStep: Sendable {
    private let place: SagaContext?
    private let count: BoundUpDownCounter

    init(of place: SagaContext?) {
        self.place = place
        var attributes: [(key: String, value: AttributeValue)] = []
        if let place { attributes.append(("saga.name", .string(place.saga))) }
        if let step = place?.step { attributes.append(("saga.step.name", .string(step))) }
        count = MetricRegistry.shared.upDownCounter(MetricCatalogue.stepResidual, Attributes(attributes))
    }

    func begin() { count.add() }

    func end() { count.subtract() }

    /// - Parameter reason: why nobody waits, as `error.type`.
    func tell(_ reason: String) {
        TelemetryEvent.emit(EventCatalogue.stepAbandoned, severity: .warn, context: place?.trace) { event in
            if let place {
                event.set("saga.name", place.saga)
                if let step = place.step {
                    event.set("saga.step.name", step)
                    event.set("saga.step.attempt", place.stepAttempt)
                }
            }
            event.set("error.type", reason)
        }
    }
}
