import SagaRuntime
import Synchronization

/// The coordinators whose runs the admin server shows. It keeps none of them alive.
final class AttachedCoordinators: Sendable {
    private struct Reference {
        weak var coordinator: SagaCoordinator?
    }

    private let references = Mutex<[Reference]>([])

    /// In the order in which they came; those that are gone are forgotten.
    var all: [SagaCoordinator] {
        references.withLock { references in
            references.removeAll { $0.coordinator == nil }
            return references.compactMap(\.coordinator)
        }
    }

    func add(_ coordinator: SagaCoordinator) {
        remove(coordinator)
        references.withLock { $0.append(Reference(coordinator: coordinator)) }
    }

    func remove(_ coordinator: SagaCoordinator) {
        references.withLock { $0.removeAll { $0.coordinator == nil || $0.coordinator === coordinator } }
    }
}
