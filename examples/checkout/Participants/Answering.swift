import GRDB
import Hummingbird
import SagaParticipant
import SagaParticipantGRDB
import Tracing

/// Answers requests out of one participant's database: each takes effect once, however often and whenever it arrives.
struct Answering: Sendable {
    private static let barrier = Barrier(SQLiteBarrierStore())

    let database: ParticipantDatabase

    /// - Parameters:
    ///   - operation: what this route does of `step`.
    ///   - work: runs in the transaction in which the barrier remembers it.
    func callAsFunction(
        _ request: Request, _ context: ParticipantContext, _ operation: BarrierOperation, of step: CheckoutStep,
        work: @Sendable (Database) throws -> Answer
    ) async throws -> Response {
        guard let key = IdempotencyKey(request.headers) else {
            return try Answer.missingKey.response(from: request, context: context)
        }
        let barrierKey: BarrierKey
        do { barrierKey = try BarrierKey(key.text, for: operation) } catch {
            return try Answer.badKey(error).response(from: request, context: context)
        }
        guard barrierKey.step == step.rawValue else {
            return try Answer.otherStep(barrierKey, expected: step).response(from: request, context: context)
        }
        // The span of a library that knows nothing of sagas: it joins the trace of the run that sent the request.
        let answer = try await withSpan("sqlite \(key.operation)", ofKind: .client) { span in
            let (answer, replayed) = try await database.pool.write { database in
                try Self.answer(to: operation, barrierKey, in: database) { try work(database) }
            }
            span.attributes["db.system.name"] = "sqlite"
            span.attributes["db.namespace"] = database.name
            span.attributes["checkout.answer"] = answer.code
            span.attributes["checkout.replayed"] = replayed
            return answer
        }
        return try answer.response(from: request, context: context)
    }

    /// The answer of `work`, or that of a request which came before.
    static func answer(
        to operation: BarrierOperation, _ key: BarrierKey, in database: Database, work: () throws -> Answer
    ) throws -> (answer: Answer, replayed: Bool) {
        func perform() throws -> Answer {
            try EffectTable.note(operation, key, in: database)
            return try work()
        }
        switch operation {
        case .action:
            do {
                switch try barrier.perform(key, in: database, perform) {
                case .performed(let answer): return (answer, false)
                case .repeated(let answer): return (answer, true)
                }
            } catch BarrierError.lateForward { return (.givenUp, false) }
        case .compensation:
            switch try barrier.compensate(key, in: database, perform) {
            case .performed(let answer): return (answer, false)
            case .skippedEmpty: return (.done("there was nothing to undo"), false)
            case .skippedDuplicate: return (.done("undone before"), true)
            }
        }
    }
}
