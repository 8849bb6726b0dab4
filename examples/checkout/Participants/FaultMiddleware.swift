import Hummingbird
import NIOCore
import Synchronization

/// Makes requests go wrong as the plan says. It stands inside the tracing middleware: a fault is part of the trace.
struct FaultMiddleware: RouterMiddleware {
    typealias Context = ParticipantContext

    /// Longer than ``CallTimeout/limit``, so that the client has gone when the answer is ready.
    static let slowness = Duration.milliseconds(1_300)

    let plan: FaultPlan
    private let deliveries = DeliveryCounts()

    init(plan: FaultPlan) { self.plan = plan }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let key = IdempotencyKey(request.headers), plan.fault(for: key, delivery: 1) != nil else {
            return try await next(request, context)
        }
        switch plan.fault(for: key, delivery: deliveries.count(key)) {
        case nil:
            return try await next(request, context)
        case .unavailable:
            return try Answer.unavailable.response(from: request, context: context)
        case .slow:
            try await Task.sleep(for: Self.slowness)
            return try await next(request, context)
        case .lostResponse:
            let response = try await next(request, context)
            try? await context.channel.close()
            return response
        }
    }
}

/// How often each request with a fault has arrived. It holds the few requests that the plan picked, not all of them.
private final class DeliveryCounts: Sendable {
    private let counts = Mutex<[IdempotencyKey: Int]>([:])

    /// Counts one more arrival and answers how many there were, this one included.
    func count(_ key: IdempotencyKey) -> Int {
        counts.withLock { counts in
            counts[key, default: 0] += 1
            return counts[key, default: 0]
        }
    }
}
