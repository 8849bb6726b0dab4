#if OTLPHTTP
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One POST and its answer, bounded in time and size.
struct HTTPTransport: Sendable {
    /// What one attempt came to.
    enum Attempt: Sendable {
        case answer(Answer)
        /// Nothing came back; the text says why.
        case noAnswer(String)
        case cancelled
    }

    struct Answer: Sendable {
        let status: UInt
        let retryAfter: String?
        let contentType: String?
        /// Nil when the body was cut short, was too long, or did not end in time. The status counts all the same.
        let body: [UInt8]?
    }

    /// A partial success is a number and a sentence; whoever sends more is not read to the end.
    static let longestBody = 64 << 10

    private let client: HTTPClient
    private let clock: ExportClock

    init(connectTimeout: Duration, clock: ExportClock) {
        self.client = HTTPClient(configuration: Self.clientConfiguration(connectTimeout: connectTimeout))
        self.clock = clock
    }

    static func clientConfiguration(connectTimeout: Duration) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        // The client picks up the global tracer when it is configured: sending spans would make spans, without end.
        configuration.tracing.tracer = nil
        // A redirect would send secrets in headers to a host that nobody configured.
        configuration.redirectConfiguration = .disallow
        // Our retry policy decides, with its own waits; the client would try to connect again by itself.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = TimeAmount(connectTimeout)
        return configuration
    }

    /// Sends and waits, no longer than `limit`.
    func post(_ request: HTTPClientRequest, within limit: Duration) async -> Attempt {
        await withTaskGroup(of: Event.self) { group in
            group.addTask { await exchange(request) }
            group.addTask {
                do {
                    try await clock.sleep(limit)
                    return .timeIsUp
                } catch {
                    return .stopped
                }
            }
            // Whichever ends first stops the other. An answer counts even when it comes second: its status had
            // arrived.
            let first = await group.next() ?? .stopped
            group.cancelAll()
            let second = await group.next() ?? .stopped
            switch (first, second) {
            case (.answer(let answer), _), (_, .answer(let answer)): return .answer(answer)
            case _ where Task.isCancelled: return .cancelled
            case (.failed(let reason), _): return .noAnswer(reason)
            default: return .noAnswer("no answer within \(limit)")
            }
        }
    }

    func shutdown() async {
        // Throws when it was shut down before: then there is nothing left to do.
        try? await client.shutdown()
    }

    /// For an owner that goes away without a shutdown; the client insists on one.
    func abandon() { client.shutdown { _ in } }

    /// How one of the two racing tasks of an attempt ended.
    private enum Event: Sendable {
        case answer(Answer)
        case failed(String)
        case timeIsUp
        case stopped
    }

    private func exchange(_ request: HTTPClientRequest) async -> Event {
        do {
            // The race above bounds the time; the client's own deadline could only come later.
            let response = try await client.execute(request, deadline: .distantFuture)
            return .answer(
                Answer(
                    status: response.status.code,
                    retryAfter: response.headers.first(name: "Retry-After"),
                    contentType: response.headers.first(name: "Content-Type"),
                    body: await read(response.body)))
        } catch {
            return Task.isCancelled ? .stopped : .failed(Self.describe(error))
        }
    }

    private func read(_ body: HTTPClientResponse.Body) async -> [UInt8]? {
        var bytes: [UInt8] = []
        do {
            for try await part in body {
                guard bytes.count + part.readableBytes <= Self.longestBody else { return nil }
                bytes.append(contentsOf: part.readableBytesView)
            }
            return Task.isCancelled ? nil : bytes
        } catch {
            return nil
        }
    }

    private static func describe(_ error: any Error) -> String {
        // The short form leaves out values, which may be those of headers.
        if let error = error as? HTTPClientError { error.shortDescription } else { "\(error)" }
    }
}
#endif
