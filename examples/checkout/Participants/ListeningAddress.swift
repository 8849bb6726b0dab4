/// Where a server will listen: known once it runs, because port 0 asks the system for any free one.
struct ListeningAddress: Sendable {
    let requestedPort: Int
    private let ports: AsyncStream<Int>
    private let continuation: AsyncStream<Int>.Continuation

    init(requestedPort: Int) {
        self.requestedPort = requestedPort
        (ports, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    func provide(port: Int?) {
        if let port { continuation.yield(port) }
        continuation.finish()
    }

    /// Waits until the server listens. Ask once.
    ///
    /// Throws: `CancellationError` when the server never came up.
    func url() async throws -> String {
        for await port in ports { return "http://127.0.0.1:\(port)" }
        throw CancellationError()
    }
}
