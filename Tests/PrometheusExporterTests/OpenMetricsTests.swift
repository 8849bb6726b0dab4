import PrometheusExporter
import SagaTelemetry
import TestSupport
import Testing

@Suite("OpenMetrics")
struct OpenMetricsTests {
    private static let labels = #"otel_scope_name="test",otel_scope_version="1""#

    private func text(_ snapshot: MetricsSnapshot, _ options: PrometheusOptions = PrometheusOptions()) -> String {
        String(decoding: page(snapshot, as: .openMetrics, options: options), as: UTF8.self)
    }

    @Test("Families without the suffixes of their samples, with units, an info metric, and an end")
    func wholePage() async throws {
        let histogram = MetricDescriptor(
            "run.duration", .histogram(bounds: [0.00001, 1, 86400]), unit: "s", "Time \"in\".")
        let bytes = page(
            snapshot(
                metric(0, counter("io", unit: "By", "Bytes."), ([:], .int(7))),
                metric(1, histogram, (["a": "b"], counts: [1, 0, 2, 4], sum: 40.5))),
            as: .openMetrics, resource: Resource(["service.name": "shop"]))
        let labels = Self.labels
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"""
                # HELP io_bytes Bytes.
                # TYPE io_bytes counter
                # UNIT io_bytes bytes
                io_bytes_total{\#(labels)} 7
                # HELP run_duration_seconds Time \"in\".
                # TYPE run_duration_seconds histogram
                # UNIT run_duration_seconds seconds
                run_duration_seconds_bucket{a="b",\#(labels),le="1e-05"} 1
                run_duration_seconds_bucket{a="b",\#(labels),le="1.0"} 1
                run_duration_seconds_bucket{a="b",\#(labels),le="86400.0"} 3
                run_duration_seconds_bucket{a="b",\#(labels),le="+Inf"} 7
                run_duration_seconds_sum{a="b",\#(labels)} 40.5
                run_duration_seconds_count{a="b",\#(labels)} 7
                # HELP target Attributes of the entity that produces these metrics.
                # TYPE target info
                target_info{service_name="shop"} 1
                # EOF

                """#)
        let read = try await ParsedExposition.read(bytes, as: .openmetrics)
        #expect(read.families.map(\.type) == ["counter", "histogram", "info"])
        #expect(read["run_duration_seconds"]?.help == "Time \"in\"." && read["io_bytes"]?.unit == "bytes")
    }

    @Test("Nothing to say is an end")
    func empty() { #expect(text(snapshot()) == "# EOF\n") }

    @Test("A counter's last exemplar, and the largest one of each bucket")
    func exemplars() async throws {
        let histogram = MetricDescriptor("h", .histogram(bounds: [1, 2]), unit: "", "H.")
        let time = UInt64(1_000_000_000)
        let metrics = snapshot(
            MetricSnapshot(
                descriptor: counter("c"), instrument: 0, startTime: 0, seriesAttributes: [["n": 0], ["n": 1]],
                points: .numbers([NumberPoint(series: 0, value: .int(5)), NumberPoint(series: 1, value: .int(6))]),
                exemplars: [exemplar(1, 1, time: time), exemplar(1, 3, time: 2 * time), exemplar(1, 2)]),
            MetricSnapshot(
                descriptor: histogram, instrument: 1, startTime: 0, seriesAttributes: [[:]],
                points: .histograms([HistogramPoint(series: 0, counts: [2, 0, 1], sum: 5)]),
                exemplars: [exemplar(0, 0.5), exemplar(0, 1, ["user": "ä"]), exemplar(0, 9)]),
            // Gauges have none.
            MetricSnapshot(
                descriptor: gauge("g"), instrument: 2, startTime: 0, seriesAttributes: [[:]],
                points: .numbers([NumberPoint(series: 0, value: .double(1))]), exemplars: [exemplar(0, 1)]))
        let read = try await ParsedExposition.read(page(metrics, as: .openMetrics), as: .openmetrics)
        let ids = ["trace_id": "00000000000000010000000000000002", "span_id": "0000000000000003"]
        #expect(read.sample("c_total", ["n": "0"])?.exemplar == nil)
        #expect(
            read.sample("c_total", ["n": "1"])?.exemplar
                == ParsedExposition.Exemplar(labels: ids, value: 3, time: "1700000002.000000007"))
        #expect(read.sample("h_bucket", ["le": "1.0"])?.exemplar?.labels == ids.merging(["user": "ä"]) { $1 })
        #expect(read.sample("h_bucket", ["le": "1.0"])?.exemplar?.value == 1)
        #expect(read.sample("h_bucket", ["le": "2.0"])?.exemplar == nil)
        #expect(read.sample("h_bucket", ["le": "+Inf"])?.exemplar?.value == 9)
        #expect(read.samples.count { $0.exemplar != nil } == 3)

        let plain = String(decoding: page(metrics, as: .text), as: UTF8.self)
        #expect(!plain.contains("trace_id"))
    }

    @Test("An exemplar's labels end at 128 characters: whole attributes stay away, the ids stand first")
    func exemplarLimit() async throws {
        // 63 of the 128 are the ids' own.
        let attributes: Attributes = [
            "a": .string(String(repeating: "é", count: 60)), "b": "too long", "c": "xyz", "trace.id": "mine",
        ]
        let metrics = snapshot(
            MetricSnapshot(
                descriptor: counter("c"), instrument: 0, startTime: 0, seriesAttributes: [[:]],
                points: .numbers([NumberPoint(series: 0, value: .int(5))]), exemplars: [exemplar(0, 1, attributes)]))
        for (format, syntax) in [
            (PrometheusFormat.openMetrics, ParsedExposition.Syntax.openmetrics), (.protobuf, .protobuf),
        ] {
            let read = try await ParsedExposition.read(page(metrics, as: format), as: syntax)
            let labels = try #require(read.sample("c_total")?.exemplar?.labels)
            #expect(Set(labels.keys) == ["trace_id", "span_id", "a", "c"])
            #expect(labels.reduce(0) { $0 + $1.key.unicodeScalars.count + $1.value.unicodeScalars.count } == 128)
        }
    }

    @Test("Without a span an exemplar has no ids")
    func exemplarWithoutSpan() async throws {
        let lone = Exemplar(
            series: 0, value: .int(4), time: 0, traceID: TraceID(high: 0, low: 0), spanID: SpanID(0))
        let metrics = snapshot(
            MetricSnapshot(
                descriptor: counter("c"), instrument: 0, startTime: 0, seriesAttributes: [[:]],
                points: .numbers([NumberPoint(series: 0, value: .int(5))]), exemplars: [lone]))
        #expect(text(metrics).contains("} 5 # {} 4 0.000000000\n"))
        #expect(try await ParsedExposition.read(page(metrics, as: .openMetrics), as: .openmetrics).samples.count == 1)
    }

    @Test("_created only when asked for, of what counts")
    func created() async throws {
        let histogram = MetricDescriptor("h", .histogram(bounds: [1]), unit: "", "H.")
        let metrics = MetricsSnapshot(
            time: 0,
            metrics: [
                MetricSnapshot(
                    descriptor: counter("c"), instrument: 0, startTime: startTime, seriesAttributes: [[:]],
                    points: .numbers([NumberPoint(series: 0, value: .int(5))])),
                MetricSnapshot(
                    descriptor: histogram, instrument: 1, startTime: startTime, seriesAttributes: [[:]],
                    points: .histograms([HistogramPoint(series: 0, counts: [1, 1], sum: 3)])),
                exponential(2, MetricDescriptor("e", .histogram(bounds: []), unit: "", "E."), [[:]], point()),
                metric(3, gauge("g"), ([:], .int(1))),
            ])
        #expect(!text(metrics).contains("_created"))
        var options = PrometheusOptions()
        options.createdSamples = true
        let bytes = page(metrics, as: .openMetrics, options: options)
        let read = try await ParsedExposition.read(bytes, as: .openmetrics)
        let created = read.samples.filter { $0.name.hasSuffix("_created") }
        #expect(created.map(\.name) == ["c_created", "e_created", "h_created"])
        #expect(String(decoding: bytes, as: UTF8.self).contains("} 1700000000.000000007\n"))
        #expect(!String(decoding: page(metrics, as: .text, options: options), as: UTF8.self).contains("_created"))
    }

    private func point(sum: Double = 3) -> ExponentialHistogramPoint {
        ExponentialHistogramPoint(
            series: 0, sum: sum, zeroCount: 2, scale: 3, positive: .init(offset: -4, counts: [1, 0, 3]))
    }

    @Test(
        "An exponential histogram is its count and its sum in text", arguments: [PrometheusFormat.text, .openMetrics])
    func exponentialInText(format: PrometheusFormat) async throws {
        let descriptor = MetricDescriptor("e", .histogram(bounds: [1, 2]), unit: "s", "E.")
        let metrics = snapshot(exponential(0, descriptor, [["n": 1]], point(), exemplars: [exemplar(0, 0.9)]))
        let read = try await ParsedExposition.read(
            page(metrics, as: format), as: format == .text ? .text : .openmetrics)
        #expect(read.samples.count == 3)
        #expect(read.sample("e_seconds_bucket", ["le": "+Inf", "n": "1"])?.value == 6)
        #expect(read.sample("e_seconds_count")?.value == 6 && read.sample("e_seconds_sum")?.value == 3)
        #expect((read.sample("e_seconds_bucket")?.exemplar == nil) == (format == .text))
    }

    @Test("What OpenMetrics forbids is left out and counted; the other formats have it")
    func forbidden() async throws {
        let below = MetricDescriptor("below", .histogram(bounds: [-1, 1]), unit: "", "B.")
        let above = MetricDescriptor("above", .histogram(bounds: [1]), unit: "", "A.")
        let metrics = snapshot(
            metric(0, counter("c"), (["n": 0], .int(-1)), (["n": 1], .double(.nan)), (["n": 2], .int(3))),
            metric(1, below, ([:], counts: [1, 1, 1], sum: 1)),
            metric(2, above, (["n": 0], counts: [1, 1], sum: .nan), (["n": 1], counts: [1, 1], sum: -2)),
            exponential(3, MetricDescriptor("e", .histogram(bounds: []), unit: "", "E."), [[:]], point(sum: -1)))
        var renderer = PrometheusRenderer(format: .openMetrics, scope: scope)
        var bytes: [UInt8] = []
        let summary = renderer.render(metrics, resource: noResource, to: &bytes)
        #expect(summary.points == 5 && summary.droppedPoints == 2)
        let read = try await ParsedExposition.read(bytes, as: .openmetrics)
        #expect(read.samples.filter { $0.name == "c_total" }.map(\.value) == [3])
        #expect(!read.samples.contains { $0.name.hasSuffix("_sum") || $0.name.hasSuffix("_count") })
        #expect(read.samples.filter { $0.labels["le"] == "+Inf" }.count == 4)

        let plain = try ExpositionPage(page(metrics, as: .text))
        #expect(plain.value("c_total", ["n": "0"]) == -1 && plain.value("below_sum") == 1)
    }

    @Test("Scope labels can be left out")
    func noScope() {
        var options = PrometheusOptions()
        options.scopeLabels = false
        let metrics = snapshot(metric(0, counter("c"), ([:], .int(1))))
        #expect(text(metrics, options).contains("\nc_total 1\n"))
    }
}
