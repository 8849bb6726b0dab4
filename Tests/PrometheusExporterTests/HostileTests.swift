import PrometheusExporter
import SagaTelemetry
import TestSupport
import Testing

@Suite("Hostile input, in every format and scheme, by the official parsers")
struct HostileTests {
    /// What goes in must come out; protobuf-c's strings have no NUL.
    private func arrived(_ string: String, _ syntax: ParsedExposition.Syntax) -> String {
        syntax == .protobuf ? string.replacing("\0", with: "\u{FFFD}") : string
    }

    @Test("Label values and descriptions", arguments: allFormats)
    func values(format: PrometheusFormat, syntax: ParsedExposition.Syntax) async throws {
        let hostile = PromtoolTests.hostile
        let attributes = hostile.map { Attributes([(key: "value", value: .string($0))]) }
        var metrics = [
            MetricSnapshot(
                descriptor: counter("values"), instrument: 0, startTime: 0, seriesAttributes: attributes,
                points: .numbers(hostile.indices.map { NumberPoint(series: $0, value: .int(Int64($0))) }))
        ]
        for (index, string) in hostile.enumerated() {
            metrics.append(metric(index + 1, gauge("m\(index)", unit: "", string), ([:], .int(1))))
        }
        let resource = Resource(Attributes(hostile.enumerated().map { (key: "r\($0)", value: .string($1)) }))
        let bytes = page(MetricsSnapshot(time: 0, metrics: metrics), as: format, resource: resource)
        let read = try await ParsedExposition.read(bytes, as: syntax)
        for (index, string) in hostile.enumerated() {
            // With dots the name is escaped too, so the label alone identifies the sample.
            let found = read.samples.filter { $0.labels["value"] == arrived(string, syntax) }
            #expect(found.map(\.value.value) == [Double(index)])
            let target = read.samples.first { $0.labels["r\(index)"] != nil }
            #expect(target?.labels["r\(index)"] == arrived(string, syntax))
        }
        // The parsers of the text formats trim descriptions.
        if syntax == .protobuf {
            for (index, string) in hostile.enumerated() {
                let expected = string == " " ? "m\(index)" : arrived(string, syntax)
                #expect(read["m\(index)"]?.help == expected)
            }
        }
        #expect(read.samples.count == 2 * hostile.count + 1)
    }

    @Test("Names of metrics and attributes", arguments: allFormats)
    func names(format: PrometheusFormat, syntax: ParsedExposition.Syntax) async throws {
        // One word each in ASCII, so that no two become one name.
        let names = PromtoolTests.hostile.enumerated().map { "n\($0).\($1)" }
        let metrics = names.enumerated().map { index, name in
            metric(
                index, index % 2 == 0 ? gauge(name, unit: "") : counter(name),
                (Attributes([(key: name, value: .int(1)), (key: "__name__", value: "x")]), .int(Int64(index))))
        }
        let bytes = page(MetricsSnapshot(time: 0, metrics: metrics), as: format)
        let read = try await ParsedExposition.read(bytes, as: syntax)
        #expect(Set(read.samples.map(\.value.value)) == Set(names.indices.map(Double.init)))
        #expect(read.samples.allSatisfy { $0.labels.count == 4 })
        if format.escaping == .allowUTF8 {
            #expect(read.samples.map(\.name).contains(arrived(names[1], syntax) + "_total"))
            #expect(read.samples.contains { $0.labels[arrived(names[1], syntax)] == "1" })
        }
    }

    @Test("Names that collide become one family or a conflict; with quotes they stay apart")
    func collisions() async throws {
        let metrics = snapshot(
            metric(0, gauge("a.b", unit: ""), (["x.y": 1, "x_y": 2], .int(1))),
            metric(1, gauge("a_b", unit: ""), (["n": 2], .int(2))), metric(2, counter("a-b"), ([:], .int(3))))
        for (format, syntax) in allFormats {
            var renderer = PrometheusRenderer(format: format, scope: scope)
            var bytes: [UInt8] = []
            let summary = renderer.render(metrics, resource: noResource, to: &bytes)
            let read = try await ParsedExposition.read(bytes, as: syntax)
            #expect(summary.points == read.samples.count)
            #expect(summary.points == (format.escaping == .underscores ? 2 : 3))
            let joined = read.samples.contains { $0.labels["x_y"] == "1;2" }
            #expect(joined == (format.escaping == .underscores))
        }
    }

    @Test("A NUL-ended, quoted or broken exemplar is no way out of its line")
    func exemplars() async throws {
        // The official parser of OpenMetrics takes an escaped quote for the end of an exemplar's label; Prometheus does not.
        let strings = PromtoolTests.hostile.filter { !$0.contains("\"") && $0.count < 60 }
        let metrics = snapshot(
            MetricSnapshot(
                descriptor: counter("c"), instrument: 0, startTime: 0,
                seriesAttributes: strings.indices.map { ["n": .int(Int64($0))] },
                points: .numbers(strings.indices.map { NumberPoint(series: $0, value: .int(1)) }),
                exemplars: strings.enumerated().map { exemplar($0, .nan, ["e": .string($1)]) }))
        for (format, syntax) in allFormats where syntax != .text {
            let read = try await ParsedExposition.read(page(metrics, as: format), as: syntax)
            for (index, string) in strings.enumerated() {
                let exemplar = read.samples.first { $0.labels["n"] == "\(index)" }?.exemplar
                #expect(exemplar?.labels["e"] == arrived(string, syntax))
            }
        }
    }
}
