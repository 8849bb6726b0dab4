import SagaTelemetry
import Synchronization
import TaskInspection

/// The `saga.task.*` instruments of one saga and step, bound once.
final class TaskInstruments: Sendable {
    let saga: String
    let step: String?
    let ready: BoundHistogram
    let busy: BoundHistogram
    let lifetime: BoundHistogram
    let critical: BoundHistogram
    /// Stands for saga and step in the tasks' records.
    let scope: UInt32
    private let blockedUnknown: BoundHistogram
    private let blockedTask: BoundHistogram
    private let blockedGroup: BoundHistogram

    private init(saga: String, step: String?) {
        self.saga = saga
        self.step = step
        let registry = MetricRegistry.shared
        var pairs: [(key: String, value: AttributeValue)] = [("saga.name", .string(saga))]
        if let step { pairs.append(("saga.step.name", .string(step))) }
        let attributes = Attributes(pairs)
        ready = registry.histogram(MetricCatalogue.taskReadyDuration, attributes)
        busy = registry.histogram(MetricCatalogue.taskBusyDuration, attributes)
        critical = registry.histogram(MetricCatalogue.criticalDuration, attributes)
        lifetime = registry.histogram(MetricCatalogue.taskLifetime, ["saga.name": .string(saga)])
        scope = TaskScopes.add(TaskScopes.Scope(saga: saga, step: step))
        func blocked(_ reason: BlockReason) -> BoundHistogram {
            let pairs = pairs + [("saga.block.reason", .string(reason.rawValue))]
            return registry.histogram(MetricCatalogue.taskBlockedDuration, Attributes(pairs))
        }
        blockedUnknown = blocked(.unknown)
        blockedTask = blocked(.task)
        blockedGroup = blocked(.group)
    }

    func blocked(_ reason: BlockReason) -> BoundHistogram {
        switch reason {
        case .unknown: blockedUnknown
        case .task: blockedTask
        case .group: blockedGroup
        }
    }

    // MARK: the cache

    private struct Key: Hashable {
        let saga: String
        let step: String?
    }

    /// As many as an instrument has series; a step name that never repeats shares one entry from then on.
    private static let limit = MetricOptions.defaultCardinalityLimit
    private static let cache = Mutex<[Key: TaskInstruments]>([:])

    static func of(saga: String, step: String?) -> TaskInstruments {
        cache.withLock { cache in
            let wanted = Key(saga: saga, step: step)
            if let known = cache[wanted] { return known }
            let key = cache.count < limit ? wanted : Key(saga: "(other)", step: nil)
            if let known = cache[key] { return known }
            let made = TaskInstruments(saga: key.saga, step: key.step)
            cache[key] = made
            byScope.set(made, at: made.scope)
            return made
        }
    }

    /// Those that a record's scope stands for. Without a lock.
    static func at(_ scope: UInt32) -> TaskInstruments? { byScope[scope] }

    private static let byScope = Table(capacity: limit + 2)

    private struct Table: @unchecked Sendable {
        // Unchecked: never freed, and each place is written once, before its number is given to anybody.
        private let places: UnsafeMutablePointer<Unmanaged<TaskInstruments>?>
        private let capacity: Int

        init(capacity: Int) {
            self.capacity = capacity
            places = .allocate(capacity: capacity)
            places.initialize(repeating: nil, count: capacity)
        }

        subscript(_ scope: UInt32) -> TaskInstruments? {
            Int(scope) < capacity ? places[Int(scope)]?._withUnsafeGuaranteedRef { $0 } : nil
        }

        func set(_ instruments: TaskInstruments, at scope: UInt32) {
            guard Int(scope) < capacity else { return }
            places[Int(scope)] = Unmanaged.passRetained(instruments)
        }
    }
}
