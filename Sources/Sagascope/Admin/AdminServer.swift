#if AdminServer
import Hummingbird
import Logging
import NIOCore
public import PrometheusExporter
public import SagaRuntime
import ServiceLifecycle
import Synchronization
public import TaskInspection

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Serves `/metrics`, `/healthz`, `/readyz` and `/debug/*` over HTTP/1.1 until its service group shuts down.
///
/// ```swift
/// let server = AdminServer(
///     metrics: { accept in page.answer(registry.snapshot(), accept: accept) }, readiness: { .ready })
/// let group = ServiceGroup(services: [server, application], logger: logger)
/// try await group.run()
/// ```
///
/// Put it before the services it reports on: a group shuts down from the last service to the first, and `/readyz` answers
/// to the end.
public struct AdminServer: Service {
    public struct Configuration: Sendable, Equatable {
        /// An address or a name that resolves to one. The default is reachable from this machine only: metrics tell much.
        public var host: String
        /// 0 for any free port, which `onListening` then tells.
        public var port: Int
        /// Connections beyond this many wait until another one closes.
        public var maximumConnections: Int
        /// How long a connection may say nothing between two requests. More than the usual scrape interval of a minute.
        public var idleTimeout: Duration
        /// What a request has to carry to see `/debug/*`. Without one these routes are there on loopback only, and nothing can
        /// be changed through them.
        public var token: AccessToken?

        public init(
            host: String = "127.0.0.1", port: Int = 9464, maximumConnections: Int = 128,
            idleTimeout: Duration = .seconds(90), token: AccessToken? = nil
        ) {
            self.host = host
            self.port = port
            self.maximumConnections = maximumConnections
            self.idleTimeout = idleTimeout
            self.token = token
        }
    }

    private let configuration: Configuration
    private let logger: Logger
    private let metrics: @Sendable (_ accept: String?) async throws -> PrometheusPage.Answer
    private let readiness: @Sendable () -> Readiness
    private let tasks: @Sendable () -> TaskDump
    private let coordinators: @Sendable () -> [SagaCoordinator]
    private let onListening: @Sendable (_ port: Int) -> Void

    /// - Parameters:
    ///   - logger: hears of failures at `warning`, of everything else, and of all that is said while the server shuts down, at
    ///     `debug` and below.
    ///   - metrics: the page in the format that the scrape's Accept header asks for. Called once a scrape, scrapes overlap;
    ///     an error is answered with status 500.
    ///   - readiness: called for each `/readyz`. Once the server itself shuts down, the answer is "shutting down" whatever
    ///     this says.
    ///   - tasks: called for each `/debug/tasks`, one at a time, on a queue of the server's own.
    ///   - coordinators: whose runs `/debug/runs` shows; called for each request there.
    ///   - onListening: called when connections are accepted, with the port.
    public init(
        configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "sagascope.admin"),
        metrics: @escaping @Sendable (_ accept: String?) async throws -> PrometheusPage.Answer,
        readiness: @escaping @Sendable () -> Readiness,
        tasks: @escaping @Sendable () -> TaskDump = TaskInspector.dump,
        coordinators: @escaping @Sendable () -> [SagaCoordinator] = { [] },
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.metrics = metrics
        self.readiness = readiness
        self.tasks = tasks
        self.coordinators = coordinators
        self.onListening = onListening
    }

    /// Serves until graceful shutdown, which lets requests under way finish, or cancellation, which does not.
    ///
    /// - Throws: ``AdminServerError`` when it cannot listen; `CancellationError` when the task is cancelled.
    public func run() async throws {
        let isShuttingDown = ShutdownFlag()
        let readiness = readiness
        let queue = DebugQueue()
        let responder = AdminResponder(
            metrics: metrics, readiness: { isShuttingDown.isSet ? .shuttingDown : readiness() },
            tasks: TasksRoute(dump: tasks, queue: queue),
            runs: RunsRoute(
                coordinators: coordinators, tasks: tasks, queue: queue, logger: logger), queue: queue,
            debugAccess: DebugAccess(host: configuration.host, token: configuration.token),
            logger: logger)
        let application = application(responder, DemotingLogHandler.demoting(logger) { isShuttingDown.isSet })
        try await withGracefulShutdownHandler {
            do {
                try await application.run()
            } catch {
                throw listeningError(error) ?? error
            }
        } onGracefulShutdown: {
            isShuttingDown.set()
        }
    }

    private func application(_ responder: AdminResponder, _ quiet: Logger) -> Application<AdminResponder> {
        return Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: TimeAmount(configuration.idleTimeout))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(configuration.maximumConnections, logger: quiet)),
            onServerRunning: { channel in
                onListening(channel.localAddress?.port ?? configuration.port)
            },
            logger: quiet
        )
    }

    /// - Returns: nil for an error that has nothing to do with beginning to listen.
    private func listeningError(_ error: any Error) -> AdminServerError? {
        let (host, port) = (configuration.host, configuration.port)
        if let resolution = error as? SocketAddressError {
            return .cannotListen(host: host, port: port, reason: "\(resolution)")
        }
        guard let system = error as? IOError else { return nil }
        return switch system.errnoCode {
        case EADDRINUSE: .addressInUse(host: host, port: port)
        case EACCES: .permissionDenied(host: host, port: port)
        default: .cannotListen(host: host, port: port, reason: "\(system)")
        }
    }
}

/// Set once, read by every readiness probe.
private final class ShutdownFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
#endif
