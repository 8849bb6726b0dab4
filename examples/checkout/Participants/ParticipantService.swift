import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

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
