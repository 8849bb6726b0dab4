import Foundation
import Logging
import OTLPExporter
import SagaTelemetry
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Sagascope

/// The service as a whole. Some of these are faults that other exporters have or had: see docs/comparison.md.
struct ServiceTests {
    /// A service that returned would take its whole group down.
    @Test(arguments: ["disabled", "no exporter", "nothing at all"])
    func aDisabledExporterKeepsTheServiceGroupRunning(what: String) async throws {
        var configuration = SagascopeConfiguration()
        configuration.isDisabled = what == "disabled"
        configuration.export = .none
        configuration.admin.isEnabled = what == "no exporter"
        configuration.admin.port = 0
        let service = try await withTaskTracking(.off) { SagascopeService(configuration, exporter: nil) }
        let worker = Worker()
        let group = ServiceGroup(
            services: [service, worker], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        async let running: Void = group.run()
        // It works until it is told to stop, not until a neighbour returns.
        await worker.hasBegun()
        await group.triggerGracefulShutdown()
        try await running
        #expect(worker.wasShutDownGracefully)
    }

    @Test func shutdownAndFlushDoNotHangOnADeadEndpoint() async throws {
        let listener = try LoopbackListener()  // takes connections and never answers
        let endpoint = "http://127.0.0.1:\(listener.port)"
        try await withService(exporter: http(endpoint)) { service in
            for _ in 0..<10 { TraceSpan("span", parent: nil).end() }
            let flush = await service.forceFlush(timeout: .milliseconds(50))
            #expect(!flush.isComplete)
            let shutdown = await service.shutdown(timeout: .milliseconds(50))
            #expect(!shutdown.isComplete)
            let spans = service.statistics.spans
            #expect(spans.inFlight == 0 && spans.droppedTotal == 10 && spans.isBalanced)
        }
        _ = consume listener
    }

    /// Cancellation is an end like any other: what was recorded leaves.
    @Test func cancellationFlushesToo() async throws {
        let exporter = Recorder()
        try await withService(exporter: exporter) { service in
            let running = Task { try await service.run() }
            for _ in 0..<10 { TraceSpan("span", parent: nil).end() }
            running.cancel()
            _ = await running.result
            #expect(exporter.spans == 10)
        }
    }

    @Test func aFlushExportsNothingTwice() async throws {
        let exporter = Recorder()
        try await withService(exporter: exporter) { service in
            for _ in 0..<10 { TraceSpan("span", parent: nil).end() }
            #expect(await service.forceFlush().spans == .exported(10))
            await service.forceFlush()
            await service.shutdown()
            #expect(exporter.spans == 10)
        }
    }

    /// The figures of one page were read at one instant: they add up while everything moves.
    @Test func theFiguresOfAPageAddUp() async throws {
        let registry = MetricRegistry()
        var options = PipelineOptions()
        options.spanDelay = .milliseconds(1)
        options.spanRingBytes = 1 << 17
        options.metricInterval = .milliseconds(1)
        try await withRecording(options: options, registry: registry, exporter: TimedExporter(Recorder(), in: registry))
        {
            recording in
            PipelineMetrics.observe(recording.pipeline, in: registry)
            let isOver = Mutex(false)
            let storm = Task.detached {
                while !isOver.withLock({ $0 }) { TraceSpan("storm", parent: nil).end() }
            }
            _ = try await eventually("the storm is on, and something has left") {
                recording.pipeline.statistics.spans.exported > 1000 ? true : nil
            }
            for _ in 0..<300 {
                let page = Page(registry.snapshot())
                let taken = page.sum(MetricCatalogue.spanProcessed, withErrors: false)
                #expect(taken == page.sum(MetricCatalogue.spanExported) + page.sum(MetricCatalogue.spanInFlight))
                let size = page.sum(MetricCatalogue.spanQueueSize)
                #expect(size >= 0 && page.sum(MetricCatalogue.spanInFlight) >= 0)
            }
            isOver.withLock { $0 = true }
            await storm.value
            await recording.pipeline.forceFlush(timeout: .seconds(60))
            let page = Page(registry.snapshot())
            #expect(page.sum(MetricCatalogue.spanQueueSize) == 0 && page.sum(MetricCatalogue.spanInFlight) == 0)
            #expect(page.sum(MetricCatalogue.spanQueueCapacity) > 0)
            #expect(page.sum(MetricCatalogue.spanProcessed) == recording.pipeline.statistics.spans.created)
            let exporters = page.values(of: "otel.component.type", in: MetricCatalogue.exportDuration)
            #expect(exporters.contains("Recorder_span_exporter"))
        }
    }

    private func http(_ endpoint: String) throws -> any TelemetryExporter {
        try OTLPHTTPExporter(
            configuration: OTLPHTTPConfiguration(endpoint: endpoint), resource: Resource(["service.name": "test"]),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A service without an admin server, and nobody else recording.
    private func withService(
        exporter: any TelemetryExporter, _ body: (SagascopeService) async throws -> Void
    ) async throws {
        try await withTaskTracking(.off) {
            var configuration = SagascopeConfiguration()
            configuration.admin.isEnabled = false
            let service = SagascopeService(configuration, exporter: exporter)
            do {
                try await body(service)
                await service.shutdown()
            } catch {
                await service.shutdown()
                throw error
            }
        }
    }
}

/// Runs until its group tells it to stop.
private final class Worker: Service {
    private let begun = AsyncStream.makeStream(of: Void.self)
    private let graceful = Mutex(false)

    var wasShutDownGracefully: Bool { graceful.withLock { $0 } }

    func hasBegun() async { for await _ in begun.stream { return } }

    func run() async throws {
        begun.continuation.yield()
        try await gracefulShutdown()
        graceful.withLock { $0 = true }
    }
}

/// Counts the spans it takes.
private final class Recorder: TelemetryExporter {
    let destination = "memory"
    private let count = Mutex(0)

    var spans: Int { count.withLock { $0 } }

    func export(spans: RecordBatch) async -> ExportOutcome {
        count.withLock { $0 += spans.count }
        return .exported(spans.count)
    }
    func export(logs: RecordBatch) async -> ExportOutcome { .exported(logs.count) }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
    func shutdown() async {}
}

/// Sums of the metrics of one snapshot.
private struct Page {
    let snapshot: MetricsSnapshot

    init(_ snapshot: MetricsSnapshot) { self.snapshot = snapshot }

    func sum(_ descriptor: MetricDescriptor, withErrors: Bool = true) -> Int {
        guard let metric = metric(descriptor), case .numbers(let points) = metric.points else { return -1 }
        return points.reduce(0) { sum, point in
            guard case .int(let value) = point.value else { return sum }
            let isError = metric.seriesAttributes[point.series]["error.type"] != nil
            return withErrors || !isError ? sum + Int(value) : sum
        }
    }

    func values(of key: String, in descriptor: MetricDescriptor) -> [AttributeValue?] {
        metric(descriptor)?.seriesAttributes.map { $0[key] } ?? []
    }

    private func metric(_ descriptor: MetricDescriptor) -> MetricSnapshot? {
        snapshot.metrics.first { $0.descriptor.name == descriptor.name }
    }
}
