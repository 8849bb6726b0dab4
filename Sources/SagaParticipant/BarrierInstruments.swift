import SagaTelemetry

/// What barriers tell of themselves, bound once.
final class BarrierInstruments: Sendable {
    static let shared = BarrierInstruments(.shared)

    let performed: BoundCounter
    let repeated: BoundCounter
    let late: BoundCounter
    let compensated: BoundCounter
    let empty: BoundCounter
    let duplicate: BoundCounter

    init(_ registry: MetricRegistry) {
        func counter(_ operation: BarrierOperation, _ outcome: String) -> BoundCounter {
            registry.counter(
                MetricCatalogue.barrierCalls,
                [
                    "saga.barrier.operation": .string(operation.rawValue),
                    "saga.barrier.outcome": .string(outcome),
                ])
        }
        performed = counter(.action, "performed")
        repeated = counter(.action, "repeated")
        late = counter(.action, "late")
        compensated = counter(.compensation, "performed")
        empty = counter(.compensation, "empty")
        duplicate = counter(.compensation, "duplicate")
    }
}
