import SagaTelemetry
import Synchronization

/// Who keeps the list of what is held.
protocol ResourceOwner: AnyObject, Sendable {
    /// It is held no more.
    func forget(_ entry: ResourceEntry)
    /// It could not be closed.
    func note(_ entry: ResourceEntry, _ error: any Error)
}

/// One thing that is held: by whom, since when, and how to close it.
///
/// It is held, then being released, then released; who takes it from the first to the second closes it, and nobody else does.
final class ResourceEntry: Sendable {
    private enum Phase {
        static let held: UInt8 = 0
        static let releasing: UInt8 = 1
        static let released: UInt8 = 2
    }

    let id: UInt64
    let description: HeldResource
    private let closer: @Sendable () async throws -> Void
    /// nil outside of runs.
    private let owner: (any ResourceOwner)?
    private let instruments: ResourceInstruments
    private let phase = Atomic<UInt8>(Phase.held)

    init(
        id: UInt64, _ description: HeldResource, owner: (any ResourceOwner)?,
        close: @escaping @Sendable () async throws -> Void
    ) {
        self.id = id
        self.description = description
        self.owner = owner
        closer = close
        instruments = ResourceInstruments.of(description.kind)
        instruments.leased.add()
    }

    /// - Returns: true for one caller alone, who is to release it.
    func claim() -> Bool {
        phase.compareExchange(
            expected: Phase.held, desired: Phase.releasing, ordering: .acquiringAndReleasing
        ).exchanged
    }

    /// It is held no more. Again is nothing.
    func finish() {
        guard phase.exchange(Phase.released, ordering: .acquiringAndReleasing) != Phase.released else { return }
        instruments.leased.subtract()
        owner?.forget(self)
    }

    /// Of who has claimed it.
    func closeClaimed() async throws {
        try await closer()
        finish()
    }

    /// Closes it, unless somebody else does or did. A closer that fails is not called again: the resource stays held.
    func close() async throws {
        guard claim() else { return }
        do {
            try await closeClaimed()
        } catch {
            owner?.note(self, error)
            throw error
        }
    }
}
