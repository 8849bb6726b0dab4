import AsyncHTTPClient
import GRDB
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Tracing

/// One party of the transaction: what differs between stock, payment and shipping.
protocol Participant: Sendable {
    var name: String { get }

    /// Tables besides those that every participant has.
    func createTables(in database: Database) throws
    func addRoutes(to router: Router<ParticipantContext>, answering: Answering)
}

/// Hummingbird's request context with the connection, which a lost response closes.
struct ParticipantContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Runs one participant as an HTTP server of its own on loopback.
struct ParticipantService: Service {
    let participant: any Participant
    let database: ParticipantDatabase
    let faults: FaultPlan
    let address: ListeningAddress

    func run() async throws {
        let router = Router(context: ParticipantContext.self)
        router.addMiddleware {
            TracingMiddleware()
            FaultMiddleware(plan: faults)
        }
        participant.addRoutes(to: router, answering: Answering(database: database))

        var logger = Logger(label: participant.name)
        logger.logLevel = .warning
        let application = Application(
            router: router,
            configuration: .init(
                address: .hostname("127.0.0.1", port: address.requestedPort), serverName: participant.name),
            onServerRunning: { channel in address.provide(port: channel.localAddress?.port) },
            logger: logger
        )
        do {
            try await application.run()
        } catch let error as IOError {
            throw DemoError.cannotListen(participant.name, port: address.requestedPort, reason: error.errnoCode)
        }
    }
}

extension ParticipantService {
    /// A client of this participant, once it listens. Ask once.
    func client(over http: HTTPClient) async throws -> ParticipantClient {
        let url = try await cancelWhenGracefulShutdown { try await address.url() }
        return ParticipantClient(name: participant.name, url: url, http: http)
    }
}

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
