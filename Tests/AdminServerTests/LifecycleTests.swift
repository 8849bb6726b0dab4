import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Sagascope

@Suite("Life of the admin server")
struct LifecycleTests {
    @Test("A port in use is named, with the setting that changes it")
    func portInUse() async throws {
        let other = try LoopbackListener()
        let server = AdminServer(
            configuration: AdminServer.Configuration(port: other.port), metrics: { _ in plain("") },
            readiness: { .ready })
        let error = await #expect(throws: AdminServerError.self) { try await server.run() }
        #expect(error == .addressInUse(host: "127.0.0.1", port: other.port))
        let text = error?.description ?? ""
        for part in [
            "127.0.0.1:\(other.port)", "something else listens", "SAGASCOPE_ADMIN_PORT", "SAGASCOPE_ADMIN=off",
        ] {
            #expect(text.contains(part))
        }
    }

    @Test("An address that this host does not have")
    func foreignAddress() async throws {
        // 192.0.2.0/24 is reserved for documentation (RFC 5737): no host has it.
        let server = AdminServer(
            configuration: AdminServer.Configuration(host: "192.0.2.1", port: 0), metrics: { _ in plain("") },
            readiness: { .ready }
        )
        let error = await #expect(throws: AdminServerError.self) { try await server.run() }
        guard case .cannotListen(host: "192.0.2.1", port: 0, _) = error else {
            Issue.record("unexpected \(String(describing: error))")
            return
        }
    }

    @Test("Cancellation stops it, and another server can have its port")
    func cancellation() async throws {
        var port = 0
        for _ in 0..<2 {
            let (ports, listening) = AsyncStream.makeStream(of: Int.self)
            let server = AdminServer(
                configuration: AdminServer.Configuration(port: port), metrics: { _ in plain("") },
                readiness: { .ready },
                onListening: { listening.yield($0) })
            let running = Task {
                defer { listening.finish() }
                try await server.run()
            }
            let bound = try #require(await ports.first { _ in true })
            #expect(port == 0 || bound == port)
            port = bound
            #expect(try await request(port, "/healthz").status == 200)
            running.cancel()
            _ = await running.result
        }
    }

    @Test("Graceful shutdown lets the scrape under way finish")
    func gracefulShutdown() async throws {
        let (scrapes, scraped) = AsyncStream.makeStream(of: Void.self)
        let (releases, release) = AsyncStream.makeStream(of: Void.self)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = AdminServer(
            configuration: AdminServer.Configuration(port: 0),
            metrics: { _ in
                scraped.yield()
                _ = await releases.first { _ in true }
                return plain("a 1\n")
            },
            readiness: { .ready }, onListening: { listening.yield($0) })
        let group = ServiceGroup(services: [server], logger: Served().logger)
        let running = Task { try await group.run() }
        let port = try #require(await ports.first { _ in true })
        let scrape = Task { try await request(port, "/metrics") }
        _ = await scrapes.first { _ in true }
        await group.triggerGracefulShutdown()
        release.yield()
        #expect(try await scrape.value.text == "a 1\n")
        try await running.value
    }

    /// As a service does whose pipeline has ended: hummingbird then finds its listener closed already, and calls it an error.
    @Test("Cancellation in the middle of a graceful shutdown is nothing to tell of")
    func cancellationAfterGracefulShutdown() async throws {
        let log = RecordedLog()
        let (scrapes, scraped) = AsyncStream.makeStream(of: Void.self)
        let (releases, release) = AsyncStream.makeStream(of: Void.self)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = AdminServer(
            configuration: AdminServer.Configuration(port: 0),
            logger: Logger(label: "test") { _ in RecordingLogHandler(log: log) },
            metrics: { _ in
                scraped.yield()
                _ = await releases.first { _ in true }
                return plain("a 1\n")
            },
            readiness: { .ready }, onListening: { listening.yield($0) })
        let group = ServiceGroup(services: [server], logger: Served().logger)
        let running = Task { try await group.run() }
        let port = try #require(await ports.first { _ in true })
        let scrape = Task { try await request(port, "/metrics") }
        _ = await scrapes.first { _ in true }
        await group.triggerGracefulShutdown()
        running.cancel()
        release.yield()
        _ = await scrape.result
        _ = await running.result
        #expect(log.events.filter { $0.level > .debug }.map(\.message).isEmpty)
    }

    @Test("Whatever is said while the server ends is demoted, an error too")
    func demotion() {
        let log = RecordedLog()
        let base = Logger(label: "test") { _ in RecordingLogHandler(log: log) }
        let ending = Switch()
        let logger = DemotingLogHandler.demoting(base) { ending.isSet.load(ordering: .relaxed) }
        logger.error("Server shutdown error: Already closed")
        logger.info("listening")
        ending.isSet.store(true, ordering: .relaxed)
        logger.error("Server shutdown error: Already closed")
        #expect(log.events.map(\.level) == [.error, .debug, .debug])
    }

    @Test("It says nothing above debug while all is well")
    func quiet() async throws {
        let log = RecordedLog()
        let logger = Logger(label: "test") { _ in RecordingLogHandler(log: log) }
        try await withServer(Served(logger: logger)) { port in
            _ = try await request(port, "/metrics")
            _ = try await request(port, "/nothing")
        }
        #expect(!log.events.isEmpty)
        #expect(log.events.filter { $0.level > .debug }.map(\.message).isEmpty)
    }
}

private final class Switch: Sendable {
    let isSet = Atomic(false)
}

private final class RecordedLog: Sendable {
    private let recorded = Mutex<[(level: Logger.Level, message: String)]>([])

    var events: [(level: Logger.Level, message: String)] { recorded.withLock { $0 } }
    func add(_ level: Logger.Level, _ message: String) { recorded.withLock { $0.append((level, message)) } }
}

private struct RecordingLogHandler: LogHandler {
    let log: RecordedLog
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { log.add(event.level, "\(event.message)") }
}
