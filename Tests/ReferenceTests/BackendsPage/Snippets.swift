import CoreMetrics
import Logging
import Sagascope
import Tracing

// The code of docs/backends.md, where the compiler sees it. `BackendsPageTests` compares the two. Nothing here runs: a
// process has one bootstrap.

private let order = "o-4711"
private func reserve(_ order: String) async throws {}
private func lookUpPrice() async throws -> Int { 0 }

private func allThreeAtOnce() throws -> SagascopeService {
    LoggingSystem.bootstrap(
        { label, provider in
            SagascopeLogHandler.beside(
                StreamLogHandler.standardError(label: label, metadataProvider: provider), label: label)
        }, metadataProvider: .sagascope)
    let sagascope = try Sagascope.bootstrap()
    return sagascope
}

private func anotherMetricsBackend(mine: any MetricsFactory) throws -> SagascopeService {
    let sagascope = try Sagascope.bootstrap { configuration in
        configuration.backends = .tracing
    }
    MetricsSystem.bootstrap(
        MultiplexMetricsHandler(factories: [mine, SagascopeMetricsFactory()]))
    return sagascope
}

private func counting() {
    let orders = Counter(label: "shop.orders", dimensions: [("country", "is")])
    orders.increment()
}

private func logging() async throws {
    let logger = Logger(label: "shop.stock")
    try await withSaga("checkout", id: order) {
        try await reserve(order)
        logger.info("reserved", metadata: ["item": "teapot", "count": .stringConvertible(3)])
    }
}

private func onTheConsoleOnly() {
    LoggingSystem.bootstrap(StreamLogHandler.standardError, metadataProvider: .sagascope)
}

private func tracing() async throws {
    try await withSaga("checkout", id: order) {
        let price = try await withSpan("price lookup", ofKind: .client) { span in
            span.attributes["shop.item"] = "teapot"
            return try await lookUpPrice()
        }
        print(price)
    }
}

private func forATaskTreeOnly(_ body: nonisolated(nonsending) (Logger) async -> Void) async {
    let registry = MetricRegistry()
    let logger = Logger(label: "test") { SagascopeLogHandler(label: $0, metadataProvider: nil) }
    await withTracer(SagascopeTracer()) {
        await withMetricsFactory(SagascopeMetricsFactory(registry: registry)) {
            await withLogger(logger) { logger in
                await body(logger)
            }
        }
    }
}

private func choosingTheResource() throws -> SagascopeService {
    let sagascope = try Sagascope.bootstrap { configuration in
        configuration.resourceDetection = [.service, .host, .kubernetes]
        configuration.resourceAttributes["deployment.environment.name"] = "staging"
    }
    return sagascope
}
