import PrometheusExporter
import SagaTelemetry
import TestSupport
import Testing

@Suite("Judged by promtool and read back")
struct PromtoolTests {
    /// Strings that have broken exporters before.
    static let hostile: [String] = [
        "plain", "\"quoted\"", "back\\slash", "line\nfeed", "\\n is not a line feed", "trailing\\", "\r\n\t\0\u{7F}",
        String(decoding: [0x61, 0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80, 0x62] as [UInt8], as: UTF8.self),
        String(repeating: "0123456789", count: 1000), "👩‍👩‍👧‍👦 \u{301}é 漢字 \u{202E}", "{a=\"b\"} 1", "# HELP x", " ", ",",
    ]

    static func promtool(_ page: [UInt8]) async throws -> ProcessOutput {
        try await Tool("promtool").run(["check", "metrics"], input: page)
    }

    @Test("Hostile strings as label values, attribute keys, descriptions and in the resource")
    func hostileStrings() async throws {
        let points = Self.hostile.indices.map { NumberPoint(series: $0, value: .int(Int64($0))) }
        var metrics = [
            MetricSnapshot(
                descriptor: counter("values"), instrument: 0, startTime: 0,
                seriesAttributes: Self.hostile.map { ["value": .string($0)] }, points: .numbers(points))
        ]
        for (index, string) in Self.hostile.enumerated() {
            let attributes = Attributes([(key: string, value: .string(string))])
            metrics.append(metric(index + 1, counter("m\(index)", string), (attributes, .int(1))))
        }
        let resource = Resource(
            Attributes(Self.hostile.enumerated().map { (key: "r\($0)", value: .string($1)) }))
        let bytes = page(MetricsSnapshot(time: 0, metrics: metrics), resource: resource)

        let read = try ExpositionPage(bytes)
        for (index, string) in Self.hostile.enumerated() {
            #expect(read.value("values_total", ["value": string]) == Double(index))
            #expect(read["m\(index)_total"]?.help == (string == " " ? "m\(index)" : string))
            #expect(read["target_info"]?.samples.first?.labels["r\(index)"] == string)
        }
        try await expectClean(bytes)
    }

    @Test("Every kind of number")
    func numbers() async throws {
        let values: [Double] = [
            .nan, .infinity, -.infinity, 0, -0.0, 1e300, -1e-300, 0.1, 1.0 / 3, .leastNonzeroMagnitude, 1e15,
            123_456.789,
        ]
        let points = values.enumerated().map { NumberPoint(series: $0, value: .double($1)) }
        let histogram = MetricDescriptor("h", .histogram(bounds: [-1, 0, 1e-9, 1e20]), unit: "s", "A histogram.")
        let bytes = page(
            snapshot(
                MetricSnapshot(
                    descriptor: gauge("g"), instrument: 0, startTime: 0,
                    seriesAttributes: values.indices.map { ["i": .int(Int64($0))] }, points: .numbers(points)),
                metric(1, histogram, ([:], counts: [1, 2, 3, 4, 5], sum: .nan)),
                metric(2, counter("c"), (["i": "min"], .int(.min)), (["i": "max"], .int(.max)))))

        let read = try ExpositionPage(bytes)
        for (index, value) in values.enumerated() {
            let found = try #require(read.value("g_seconds", ["i": "\(index)"]))
            #expect(found == value || (found.isNaN && value.isNaN))
        }
        #expect(read.value("h_seconds_bucket", ["le": "1e+20"]) == 10)
        #expect(read.value("h_seconds_count") == 15)
        try await expectClean(bytes)
    }

    @Test("A metric without a description still has a HELP line that promtool accepts")
    func noDescription() async throws {
        try await expectClean(page(snapshot(metric(0, counter("c", ""), ([:], .int(1))))))
    }

    @Test("Random registries, read back value by value", arguments: 0..<20)
    func random(seed: UInt64) async throws {
        var generator = SplitMix(state: seed)
        var metrics: [MetricSnapshot] = []
        for instrument in 0..<Int.random(in: 1...12, using: &generator) {
            let attributes = (0..<Int.random(in: 0...30, using: &generator)).map { series in
                let key = ["a.b", "a_b", "c", "le"].randomElement(using: &generator) ?? ""
                let value = Self.hostile.randomElement(using: &generator) ?? ""
                return Attributes([(key, .string(value)), ("n", .int(Int64(series)))])
            }
            let points = attributes.indices.map {
                NumberPoint(series: $0, value: .double(Double(bitPattern: generator.next())))
            }
            let descriptor = gauge(
                "metric.n\(instrument)", unit: ["s", "By", ""].randomElement(using: &generator) ?? "")
            metrics.append(
                MetricSnapshot(
                    descriptor: descriptor, instrument: instrument, startTime: 0, seriesAttributes: attributes,
                    points: .numbers(points)))
        }
        let bytes = page(MetricsSnapshot(time: 0, metrics: metrics))
        let read = try ExpositionPage(bytes)
        for metric in metrics {
            guard case .numbers(let points) = metric.points, let first = points.first else { continue }
            let unit = ["s": "_seconds", "By": "_bytes"][metric.descriptor.unit] ?? ""
            let family = try #require(read["metric_n\(metric.instrument)\(unit)"])
            #expect(family.samples.count == points.count && first.series == 0)
            for (point, sample) in zip(points, family.samples) {
                guard case .double(let value) = point.value else { continue }
                #expect(sample.value == value || (sample.value.isNaN && value.isNaN))
            }
        }
        if seed == 0 { try await expectClean(bytes) }
    }

    private func expectClean(_ page: [UInt8]) async throws {
        let verdict = try await Self.promtool(page)
        #expect(verdict.exitCode == 0)
        #expect(verdict.errors.isEmpty)
    }
}
