import SagaTelemetry

/// What a circuit breaker tells of itself.
struct BreakerInstruments: Sendable {
    private let saga: String
    private let step: String
    private let attributes: Attributes
    private let refusals: BoundCounter
    /// In the order of the states.
    private let states: [BoundUpDownCounter]

    init(saga: String, step: String) {
        self.saga = saga
        self.step = step
        let attributes: Attributes = ["saga.name": .string(saga), "saga.step.name": .string(step)]
        self.attributes = attributes
        refusals = MetricRegistry.shared.counter(MetricCatalogue.breakerRefusals, attributes)
        states = CircuitState.allCases.map {
            MetricRegistry.shared.upDownCounter(MetricCatalogue.breakerState, $0.added(to: attributes))
        }
    }

    /// Each state has its series from the start, 0 as long as the breaker is not in it.
    func begin() {
        for (state, counter) in zip(CircuitState.allCases, states) { counter.add(state == .closed ? 1 : 0) }
    }

    func end(_ state: CircuitState) { counter(of: state).subtract() }

    func refused() { refusals.add() }

    func tell(_ change: CircuitChange) {
        guard change.from != change.to else { return }
        counter(of: change.from).subtract()
        counter(of: change.to).add()
        MetricRegistry.shared.counter(MetricCatalogue.breakerTransitions, change.to.added(to: attributes)).add()
        switch change.to {
        case .open:
            TelemetryEvent.emit(EventCatalogue.breakerOpened, severity: .warn) { event in
                event.set("saga.name", saga)
                event.set("saga.step.name", step)
                event.set("saga.breaker.failure.rate", change.failureRate)
                event.set("saga.breaker.cooldown", Double(change.cooldown) * 1e-9)
            }
        case .closed:
            TelemetryEvent.emit(EventCatalogue.breakerClosed) { event in
                event.set("saga.name", saga)
                event.set("saga.step.name", step)
            }
        case .halfOpen: break
        }
    }

    private func counter(of state: CircuitState) -> BoundUpDownCounter {
        states[CircuitState.allCases.firstIndex(of: state) ?? 0]
    }
}

extension CircuitState {
    fileprivate func added(to attributes: Attributes) -> Attributes {
        Attributes(attributes.pairs + [("saga.breaker.state", .string(rawValue))])
    }
}
