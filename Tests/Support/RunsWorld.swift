import FoundationEssentials
public import SagaLog
public import SagaRuntime
import Synchronization

/// A coordinator on a log of its own with a run of each kind that an operator meets: one whose refund has given up, one whose
/// step does not answer, and one that waits for its turn.
public final class RunsWorld: Sendable {
    public let coordinator: SagaCoordinator
    public let log: SagaLog
    public let saga: Saga<Order>
    private let bank = Bank()

    public struct Order: Codable, Sendable {
        public var kind: Kind

        public enum Kind: String, Codable, Sendable {
            /// Shipping says no, and the refund fails.
            case refundFails
            /// The bank does not answer.
            case stuck
        }
    }

    public static let deadLetter = "order-dead"
    public static let stuck = "order-stuck"
    public static let waiting = "order-waiting"

    /// The participant.
    private final class Bank: Sendable {
        private let refunds = Atomic<Bool>(false)

        func open() { refunds.store(true, ordering: .relaxed) }

        /// A frame of its own in release builds too: it comes back after the wait.
        @inline(never) func charge(_ order: Order) async throws {
            guard order.kind == .stuck else { return }
            // Until it is cancelled.
            try await Task.sleep(for: .seconds(86_400))
            refunds.store(true, ordering: .relaxed)
        }

        func refund() throws {
            if !refunds.load(ordering: .relaxed) { throw BankClosed() }
        }
    }

    struct BankClosed: Error {}
    struct NoTruck: Error {}

    /// - Parameters:
    ///   - limit: of runs under way at once.
    ///   - name: the saga's.
    public init(directory: String, maximumRuns limit: Int = 1, name: String = "checkout") throws {
        let bank = bank
        saga = try Saga(name, version: 3, input: Order.self) {
            Step("reserve") { _ in
            } compensate: { _ in
            }
            Step("charge") {
                try await bank.charge($0.input)
            } compensate: { _ in
                try bank.refund()
            }
            Step("ship") { _ in
                throw NoTruck()
            } compensate: { _ in
            }.retry(.none)
        }
        var options = CoordinatorOptions()
        options.maximumRuns = limit
        options.compensationRetry = .none
        options.shutdownTimeout = .zero
        options.grace = .zero
        log = try SagaLog.open(directory)
        coordinator = try SagaCoordinator(log: log, sagas: [saga], options: options)
    }

    /// Refunds work from here on.
    public func openBank() { bank.open() }

    /// Begins a run, and does not wait for its end.
    public func begin(_ kind: Order.Kind, id: String) {
        Task { try? await coordinator.run(saga, id: id, input: Order(kind: kind)) }
    }

    /// The report of a run that is called so, once it is as wanted.
    @discardableResult
    public func report(
        of id: String, _ what: String, where isWanted: @escaping @Sendable (RunReport) -> Bool
    ) async throws -> RunReport {
        try await eventually("run \(id) is \(what)", every: .milliseconds(5)) {
            self.coordinator.openRuns.first { $0.id == id && isWanted($0) }
        }
    }

    /// Begins the three.
    public func populate() async throws {
        _ = try await coordinator.run(saga, id: Self.deadLetter, input: Order(kind: .refundFails))
        begin(.stuck, id: Self.stuck)
        try await report(of: Self.stuck, "stuck") { $0.steps[1].state == "started" }
        begin(.stuck, id: Self.waiting)
        try await report(of: Self.waiting, "waiting") { $0.state == "pending" }
    }
}

/// Runs `body` with a new world, and ends it.
public func withRunsWorld<Result>(
    maximumRuns: Int = 1, isolation: isolated (any Actor)? = #isolation,
    _ body: (_ world: RunsWorld, _ directory: String) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let path = directory.path + "/log"
        let world = try RunsWorld(directory: path, maximumRuns: maximumRuns)
        defer { world.log.close() }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(world, path)) } catch { result = .failure(error) }
        await world.coordinator.shutdown()
        return try result.get()
    }
}
