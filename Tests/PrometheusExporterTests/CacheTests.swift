import PrometheusExporter
import SagaTelemetry
import TestSupport
import Testing

@Suite("The cache of lines")
struct CacheTests {
    private func points(_ series: [Int], _ value: (Int) -> Int64) -> MetricSnapshot.Points {
        .numbers(series.map { NumberPoint(series: $0, value: .int(value($0))) })
    }

    private func snapshot(_ name: String, instrument: Int = 0, _ points: MetricSnapshot.Points) -> MetricSnapshot {
        MetricSnapshot(
            descriptor: counter(name), instrument: instrument, startTime: 0,
            seriesAttributes: (0..<500).map { ["n": .int(Int64($0))] }, points: points)
    }

    @Test("Every page of a changing registry is what a new renderer would have made")
    func changes() throws {
        var renderer = PrometheusRenderer(scope: scope)
        var bytes: [UInt8] = []
        let pages: [[MetricSnapshot]] = [
            [snapshot("m", instrument: 2, points([0], { _ in 1 }))],
            [snapshot("m", instrument: 2, points([0, 1, 2], { Int64($0) }))],
            // Series out of order, one absent; an instrument with a lower number and an earlier name turns up.
            [
                snapshot("m", instrument: 2, points([3, 0, 2], { Int64($0) * 1_000_000 })),
                snapshot("c", instrument: 1, points([1], { _ in -5 })),
            ],
            [snapshot("z", instrument: 7, points(Array(0..<500), { Int64($0) }))],
            [],
            [snapshot("m", instrument: 2, points([0, 1, 2, 3, 4], { _ in .max }))],
        ]
        for metrics in pages {
            let current = MetricsSnapshot(time: 0, metrics: metrics)
            bytes.removeAll(keepingCapacity: true)
            renderer.render(current, resource: noResource, to: &bytes)
            #expect(bytes == page(current))
            let read = try ExpositionPage(bytes)
            #expect(read.families.map(\.samples.count).reduce(0, +) == current.pointCount)
        }
    }

    @Test("A snapshot of another registry empties the cache")
    func otherRegistry() throws {
        var renderer = PrometheusRenderer(scope: scope)
        var bytes: [UInt8] = []
        let first = MetricsSnapshot(time: 0, metrics: [snapshot("one", points([0], { _ in 1 }))])
        let second = MetricsSnapshot(time: 0, metrics: [snapshot("two", points([0], { _ in 2 }))])
        for current in [first, second, first] {
            bytes.removeAll(keepingCapacity: true)
            renderer.render(current, resource: noResource, to: &bytes)
            #expect(bytes == page(current))
        }
    }

    @Test("Another resource is another target_info")
    func resource() throws {
        var renderer = PrometheusRenderer(scope: scope)
        for name in ["a", "b"] {
            var bytes: [UInt8] = []
            renderer.render(MetricsSnapshot(time: 0, metrics: []), resource: Resource(["n": .string(name)]), to: &bytes)
            #expect(try ExpositionPage(bytes).value("target_info", ["n": name]) == 1)
        }
    }

    @Test("Scrapers of several formats do not disturb each other")
    func formats() {
        var options = PrometheusOptions()
        options.utf8Names = true
        let pages = PrometheusPage(resource: noResource, scope: scope, options: options)
        for value in 1...3 {
            let current = MetricsSnapshot(
                time: 0,
                metrics: [
                    snapshot("a.b", points([0, value], { _ in Int64(value) })),
                    snapshot("…", instrument: 1, points([0], { _ in 1 })),
                ])
            for (format, _) in allFormats {
                #expect(pages.render(current, as: format) == page(current, as: format))
            }
        }
        // No letter is left of it with underscores; the other schemes have a name for it. Told once, for all formats.
        #expect(pages.conflicts.map(\.metric) == ["…"] && pages.conflicts.map(\.reason) == [.unnameable])
        #expect(pages.lastSummary(of: .openMetrics).droppedPoints == 1)
        #expect(pages.lastSummary(of: .openMetrics(escaping: .allowUTF8)).droppedPoints == 0)
    }

    @Test("A scraper that asks for UTF-8 names gets underscores, and is told so, unless they are switched on")
    func utf8Names() {
        var options = PrometheusOptions()
        let accept = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
        let current = MetricsSnapshot(time: 0, metrics: [snapshot("a.b", points([0], { _ in 1 }))])
        let ascii = PrometheusPage(resource: noResource, scope: scope, options: options).answer(current, accept: accept)
        #expect(ascii.contentType.hasSuffix("escaping=underscores"))
        #expect(ascii.bytes == page(current, as: .openMetrics))
        options.utf8Names = true
        let utf8 = PrometheusPage(resource: noResource, scope: scope, options: options).answer(current, accept: accept)
        #expect(utf8.contentType.hasSuffix("escaping=allow-utf-8"))
        #expect(String(decoding: utf8.bytes, as: UTF8.self).contains("{\"a.b_total\",n=\"0\""))
    }

    @Test("A page that somebody still holds is not written over")
    func heldPages() {
        let page = PrometheusPage(resource: noResource, scope: scope)
        let held = page.render(MetricsSnapshot(time: 0, metrics: [snapshot("n", points([0], { _ in 1 }))]))
        let copy = String(decoding: held, as: UTF8.self)
        _ = page.render(MetricsSnapshot(time: 0, metrics: [snapshot("n", points([0, 1], { _ in 2 }))]))
        #expect(String(decoding: held, as: UTF8.self) == copy)
        #expect(page.lastSummary().points == 2)
    }
}
