import SagaTelemetry
import Synchronization

/// The instruments of one kind of resource.
final class ResourceInstruments: Sendable {
    let leased: BoundUpDownCounter
    private let kind: String

    private init(_ kind: String) {
        self.kind = kind
        leased = MetricRegistry.shared.upDownCounter(
            MetricCatalogue.resourceLeased, ["saga.resource.kind": .string(kind)])
    }

    private static let cache = Mutex<[String: ResourceInstruments]>([:])

    static func of(_ kind: String) -> ResourceInstruments {
        cache.withLock { cache in
            if let known = cache[kind] { return known }
            let made = ResourceInstruments(kind)
            if cache.count < MetricOptions.defaultCardinalityLimit { cache[kind] = made }
            return made
        }
    }

    static func untracked(_ kind: String) {
        MetricRegistry.shared.counter(
            MetricCatalogue.resourceUntracked, ["saga.resource.kind": .string(kind)]
        ).add()
    }

    /// - Parameter age: ns.
    static func leaked(_ leak: ResourceLeak, age: UInt64, context: TraceContext?) {
        let resource = leak.resource
        MetricRegistry.shared.counter(
            MetricCatalogue.resourceLeaks,
            ["saga.resource.kind": .string(resource.kind), "recovered": .bool(leak.isRecovered)]
        ).add()
        TelemetryEvent.emit(EventCatalogue.resourceLeaked, severity: .warn, context: context) { event in
            event.set("saga.name", resource.saga)
            event.set("saga.run.id", resource.run)
            if let step = resource.step { event.set("saga.step.name", step) }
            event.set("saga.resource.kind", resource.kind)
            event.set("saga.resource.age", Double(age) * 1e-9)
            event.set("recovered", leak.isRecovered)
            if let error = leak.error { event.set("error.message", ErrorDescription.message(of: error)) }
        }
    }
}
