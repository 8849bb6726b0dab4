import GRDB
import Hummingbird
import Tracing

/// Answers requests out of one participant's database, each one once.
struct Answering: Sendable {
    let database: ParticipantDatabase

    func callAsFunction(
        _ request: Request, _ context: ParticipantContext, work: @Sendable (Database) throws -> Answer
    ) async throws -> Response {
        guard let key = IdempotencyKey(request.headers) else {
            return try Answer.missingKey.response(from: request, context: context)
        }
        // The span of a library that knows nothing of sagas: it joins the trace of the run that sent the request.
        let answer = try await withSpan("sqlite \(key.operation)", ofKind: .client) { span in
            let (answer, replayed) = try await database.pool.write { database in
                try AnswerTable.answer(to: key, in: database, work: work)
            }
            span.attributes["db.system.name"] = "sqlite"
            span.attributes["db.namespace"] = database.name
            span.attributes["checkout.answer"] = answer.code
            span.attributes["checkout.replayed"] = replayed
            return answer
        }
        return try answer.response(from: request, context: context)
    }
}
