import PrometheusExporter
import SagaTelemetry
import TestSupport
import Testing

@Suite("The catalogue's metrics, out of a real registry")
struct CatalogueTests {
    @Test("Each has a family of its own, and every value arrives")
    func everyMetric() async throws {
        let registry = MetricRegistry()
        for descriptor in MetricCatalogue.all {
            for value in 1...3 {
                let attributes: Attributes = ["series": .int(Int64(value))]
                switch descriptor.kind {
                case .counter: registry.counter(descriptor, attributes).add(value)
                case .upDownCounter: registry.upDownCounter(descriptor, attributes).subtract(value)
                case .gauge: registry.gauge(descriptor, attributes).set(Double(value) / 4)
                case .histogram: registry.histogram(descriptor, attributes).record(Double(value) / 8)
                }
            }
        }
        let snapshot = registry.snapshot()
        var renderer = PrometheusRenderer()
        var bytes: [UInt8] = []
        let summary = renderer.render(snapshot, resource: noResource, to: &bytes)
        #expect(renderer.conflicts.isEmpty)
        #expect(summary.families == MetricCatalogue.all.count)
        #expect(summary.points == snapshot.pointCount && summary.droppedPoints == 0)

        let read = try ExpositionPage(bytes)
        let values = read.families.flatMap(\.samples).filter { !$0.name.hasSuffix("_bucket") }
        for value in 1...3 {
            let found = Set(values.filter { $0.labels["series"] == "\(value)" }.map(\.value))
            #expect(found.isSubset(of: [Double(value), -Double(value), Double(value) / 4, Double(value) / 8, 1]))
        }
        #expect(try await PromtoolTests.promtool(bytes).errors == "")

        for (format, syntax) in allFormats {
            let read = try await ParsedExposition.read(page(snapshot, as: format), as: syntax)
            #expect(read.families.count == MetricCatalogue.all.count, "\(format.contentType)")
            #expect(Set(read.samples.compactMap { $0.labels["series"] }) == ["1", "2", "3"])
        }
    }
}
