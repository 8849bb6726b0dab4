import SagaTelemetry
import TestSupport
import Testing

@testable import PrometheusExporter

@Suite("Conflicts never make an invalid page")
struct ConflictTests {
    /// Renders, reads the page back, and checks that every point is accounted for.
    private func render(
        _ snapshot: MetricsSnapshot
    ) throws -> (page: ExpositionPage, summary: PrometheusPageSummary, conflicts: [NameConflict]) {
        var renderer = PrometheusRenderer(scope: scope)
        var bytes: [UInt8] = []
        let summary = renderer.render(snapshot, resource: noResource, to: &bytes)
        #expect(summary.points + summary.droppedPoints == snapshot.pointCount)
        return (try ExpositionPage(bytes), summary, renderer.conflicts)
    }

    @Test("Two metrics of one name and type share a family; the first description stands")
    func sameType() throws {
        let result = try render(
            snapshot(
                metric(0, counter("a.b", "First."), (["x": "1"], .int(1))),
                metric(1, counter("a_b", "Second."), (["x": "2"], .int(2)), (["x": "1"], .int(3)))))
        #expect(result.page["a_b_total"]?.help == "First.")
        #expect(result.page.value("a_b_total", ["x": "1"]) == 1)
        #expect(result.page.value("a_b_total", ["x": "2"]) == 2)
        #expect(result.summary == PrometheusPageSummary(families: 1, points: 2, droppedMetrics: 0, droppedPoints: 1))
        #expect(result.conflicts.isEmpty)
    }

    @Test("Of two types under one name the second is left out and reported")
    func differentTypes() throws {
        let histogram = MetricDescriptor("x.y", .histogram(bounds: [1]), unit: "", "")
        let result = try render(
            snapshot(
                metric(0, gauge("x_y", unit: ""), ([:], .int(1))),
                metric(1, histogram, ([:], counts: [1, 2], sum: 3))))
        #expect(result.page["x_y"]?.type == "gauge")
        #expect(result.summary == PrometheusPageSummary(families: 1, points: 1, droppedMetrics: 1, droppedPoints: 1))
        #expect(result.conflicts == [NameConflict(metric: "x.y", reason: .typeDiffers(from: "x_y"))])
    }

    @Test("A histogram owns its sample names, whoever comes first")
    func sampleNames() throws {
        let histogram = MetricDescriptor("x", .histogram(bounds: [1]), unit: "", "")
        let first = try render(
            snapshot(
                metric(0, histogram, ([:], counts: [1, 2], sum: 3)),
                metric(1, gauge("x.count", unit: ""), ([:], .int(1)))))
        #expect(first.conflicts == [NameConflict(metric: "x.count", reason: .sampleNameTaken(by: "x"))])
        let second = try render(
            snapshot(
                metric(0, gauge("x.bucket", unit: ""), ([:], .int(1))),
                metric(1, histogram, ([:], counts: [1, 2], sum: 3))))
        #expect(second.conflicts == [NameConflict(metric: "x", reason: .sampleNameTaken(by: "x.bucket"))])
    }

    @Test("target_info is the resource's")
    func targetInfo() throws {
        let result = try render(snapshot(metric(0, gauge("target.info", unit: ""), ([:], .int(5)))))
        #expect(result.page.families.isEmpty)
        #expect(result.conflicts == [NameConflict(metric: "target.info", reason: .sampleNameTaken(by: "target_info"))])
    }

    @Test("Unusable names, bounds and points are left out and counted")
    func unusable() throws {
        let unsorted = MetricDescriptor("u", .histogram(bounds: [2, 1]), unit: "", "")
        let infinite = MetricDescriptor("v", .histogram(bounds: [1, .infinity]), unit: "", "")
        let histogram = MetricDescriptor("w", .histogram(bounds: [1]), unit: "", "")
        let result = try render(
            snapshot(
                metric(0, gauge("…"), ([:], .int(1))),
                metric(1, unsorted, ([:], counts: [1, 2, 3], sum: 3)),
                metric(2, infinite, ([:], counts: [1, 2, 3], sum: 3)),
                metric(3, histogram, ([:], counts: [1, 2, 3], sum: 3), (["a": 1], counts: [1, 2], sum: 3)),
                metric(4, counter("k"), ([:], counts: [1], sum: 1))))
        #expect(result.conflicts.map(\.reason) == [.unnameable, .invalidBounds, .invalidBounds])
        #expect(result.summary.points == 1)
        #expect(result.page.value("w_count", ["a": "1"]) == 3)
    }

    @Test("Attributes that become one label are joined in the order of their keys")
    func joinedLabels() throws {
        let attributes: Attributes = ["a_b": "2", "a.b": "1", "a-b": 0, "z": "9"]
        let result = try render(snapshot(metric(0, counter("n"), (attributes, .int(1)))))
        #expect(result.page.value("n_total", ["a_b": "0;1;2", "z": "9"]) == 1)
    }

    @Test("Series that Prometheus cannot tell apart appear once")
    func indistinguishable() throws {
        let result = try render(
            snapshot(
                metric(
                    0, counter("n"), (["a": "1"], .int(1)), (["a": 1], .int(2)), ([:], .int(3)), (["a": ""], .int(4)))))
        #expect(result.summary.droppedPoints == 2)
        #expect(result.page.families.flatMap(\.samples).map(\.value) == [1, 3])
    }

    @Test("Attributes cannot take the exporter's own labels")
    func reservedLabels() throws {
        let histogram = MetricDescriptor("h", .histogram(bounds: [1]), unit: "", "")
        let result = try render(
            snapshot(metric(0, histogram, (["le": "mine", "otel.scope.name": "other"], counts: [1, 2], sum: 3))))
        #expect(result.page.value("h_count", ["exported_le": "mine", "exported_otel_scope_name": "other"]) == 3)
        #expect(result.page.value("h_bucket", ["le": "+Inf", "otel_scope_name": "test"]) == 3)
    }

    @Test("An instrument or a series that stands twice in a snapshot appears once")
    func repeated() throws {
        let twice = [0, 0].map { NumberPoint(series: $0, value: .int(1)) }
        let repeated = MetricSnapshot(
            descriptor: counter("n"), instrument: 0, startTime: 0, seriesAttributes: [.empty], points: .numbers(twice))
        let result = try render(MetricsSnapshot(time: 0, metrics: [repeated, repeated]))
        #expect(result.summary == PrometheusPageSummary(families: 1, points: 1, droppedMetrics: 0, droppedPoints: 3))
    }
}
