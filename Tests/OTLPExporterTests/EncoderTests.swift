import OTLPExporter
import SagaTelemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EncoderTests {
    let encoder = OTLPEncoder(resource: Samples.resource, scope: InstrumentationScope(name: "shop", version: "2.1"))

    @Test func framesSpansAsAnExportRequest() async throws {
        let request = encoder.encode(spans: Samples.spans(512))
        try await Judge.check(request, "traces")

        let resource = try await Judge.content(of: request, "traces")["resourceSpans"]?[0]
        #expect(
            try resource?["resource"]
                == .parse(
                    """
                    {"attributes": [{"key": "service.instance.id", "value": {"stringValue": "a-1"}},
                                    {"key": "service.name", "value": {"stringValue": "checkout"}}]}
                    """))
        let scope = resource?["scopeSpans"]?[0]
        #expect(try scope?["scope"] == .parse(#"{"name": "shop", "version": "2.1"}"#))
        #expect(scope?["spans"]?.count == 512)
        #expect(scope?["spans"]?[511]?["spanId"] == .string("01020304050601ff"))
        #expect(scope?["spans"]?[511]?["startTimeUnixNano"] == .string("1700000000123456789"))
        #expect(scope?["spans"]?[511]?["status"]?["message"] == .string("card declined"))
    }

    @Test func framesLogRecordsAsAnExportRequest() async throws {
        let request = encoder.encode(logs: Samples.logs(3))
        try await Judge.check(request, "logs")

        let scope = try await Judge.content(of: request, "logs")["resourceLogs"]?[0]?["scopeLogs"]?[0]
        #expect(try scope?["scope"] == .parse(#"{"name": "shop", "version": "2.1"}"#))
        #expect(scope?["logRecords"]?.count == 3)
        #expect(scope?["logRecords"]?[2]?["timeUnixNano"] == .string("1700000000123456791"))
        #expect(scope?["logRecords"]?[2]?["eventName"] == .string("saga.step.blocked"))
    }

    @Test(arguments: [1, 2, 127, 128, 129, 4096])
    func framesEveryNumberOfRecords(count: Int) async throws {
        let request = encoder.encode(spans: Samples.spans(count))
        let spans = try await Judge.content(of: request, "traces")["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]
        #expect(spans?.count == count)
    }

    @Test func framesWithoutResourceAndScope() async throws {
        let bare = OTLPEncoder(resource: Resource(.empty), scope: InstrumentationScope(name: "", version: ""))
        try await Judge.check(bare.encode(spans: Samples.spans(1)), "traces")
        try await Judge.check(bare.encode(metrics: Samples.metrics), "metrics")
    }

    @Test func encodesEveryKindOfMetric() async throws {
        let request = encoder.encode(metrics: Samples.metrics)
        try await Judge.check(request, "metrics")

        let scope = try await Judge.content(of: request, "metrics")["resourceMetrics"]?[0]?["scopeMetrics"]?[0]
        let metrics = scope?["metrics"]
        #expect(metrics?.count == 6, "the metric without points is left out")
        #expect(
            try metrics?[0]
                == .parse(
                    """
                    {"name": "saga.runs", "description": "Runs started.", "unit": "{run}", "sum": {
                        "aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [
                            {"attributes": [{"key": "saga.name", "value": {"stringValue": "checkout"}}], "asInt": "42",
                             "exemplars": [{"asInt": "3", "timeUnixNano": "1700000000123456794", "spanId": "0000000000000005",
                                "traceId": "00000000000001020000000000000304",
                                "filteredAttributes": [{"key": "order", "value": {"stringValue": "o-17"}}]}],
                             "startTimeUnixNano": "1700000000123456789", "timeUnixNano": "1700000060123456789"},
                            {"attributes": [{"key": "saga.name", "value": {"stringValue": "refund"}}], "asInt": "0",
                             "startTimeUnixNano": "1700000000123456789", "timeUnixNano": "1700000060123456789"}]}}
                    """))
        #expect(
            try metrics?[1]?["sum"]
                == .parse(
                    """
                    {"aggregationTemporality": 2, "dataPoints": [{"asInt": "-3",
                        "startTimeUnixNano": "1700000000123456789", "timeUnixNano": "1700000060123456789"}]}
                    """))
        #expect(
            try metrics?[2]?["gauge"]
                == .parse(#"{"dataPoints": [{"asDouble": 0, "timeUnixNano": "1700000060123456789"}]}"#))
        #expect(metrics?[3]?["gauge"]?["dataPoints"]?[0]?["asDouble"] == .string("NaN"))
        #expect(
            try metrics?[4]?["histogram"]
                == .parse(
                    """
                    {"aggregationTemporality": 2, "dataPoints": [
                        {"attributes": [{"key": "saga.name", "value": {"stringValue": "checkout"}}],
                         "startTimeUnixNano": "1700000000123456789", "timeUnixNano": "1700000060123456789",
                         "bucketCounts": ["1", "2", "0", "4"], "explicitBounds": [0.1, 1, 10],
                         "exemplars": [{"asDouble": 40, "timeUnixNano": "1700000000123456796"}],
                         "count": "7", "sum": 60.5, "min": 0.05, "max": 40},
                        {"attributes": [{"key": "saga.name", "value": {"stringValue": "refund"}}],
                         "startTimeUnixNano": "1700000000123456789", "timeUnixNano": "1700000060123456789",
                         "bucketCounts": ["0", "0", "0", "0"], "explicitBounds": [0.1, 1, 10], "sum": 0}]}
                    """))
        #expect(
            try metrics?[5]?["exponentialHistogram"]
                == .parse(
                    """
                    {"aggregationTemporality": 2, "dataPoints": [
                        {"attributes": [{"key": "saga.name", "value": {"stringValue": "checkout"}}],
                         "startTimeUnixNano": "1700000000123456789", "timeUnixNano": "1700000060123456789",
                         "count": "9", "sum": 2.5, "min": -4, "max": 8, "scale": 3, "zeroCount": "2",
                         "zeroThreshold": 1e-9, "positive": {"offset": -9, "bucketCounts": ["1", "0", "5"]},
                         "negative": {"offset": 15, "bucketCounts": ["1"]}},
                        {"attributes": [{"key": "saga.name", "value": {"stringValue": "refund"}}],
                         "startTimeUnixNano": "1700000000123456789", "timeUnixNano": "1700000060123456789",
                         "sum": 0, "scale": -10}]}
                    """))
    }

    @Test func deltasSayTheyAreDeltas() async throws {
        let deltas = MetricsSnapshot(
            time: Samples.metrics.time,
            metrics: Samples.metrics.metrics.map {
                MetricSnapshot(
                    descriptor: $0.descriptor, instrument: $0.instrument, temporality: .delta, startTime: $0.startTime,
                    seriesAttributes: $0.seriesAttributes, points: $0.points)
            })
        let request = encoder.encode(metrics: deltas)
        let scope = try await Judge.content(of: request, "metrics")["resourceMetrics"]?[0]?["scopeMetrics"]?[0]
        for (index, kind) in [(0, "sum"), (4, "histogram"), (5, "exponentialHistogram")] {
            let temporality = scope?["metrics"]?[index]?[kind]?["aggregationTemporality"]
            #expect(try temporality == .parse("1"))
        }
    }

    @Test func encodesEveryKindOfAttributeValue() async throws {
        let request = OTLPEncoder(resource: Resource(Samples.everyKind)).encode(logs: Samples.logs(1))
        let resource = try await Judge.content(of: request, "logs")["resourceLogs"]?[0]?["resource"]
        let expected = try JSONValue.parse(
            #"""
            {"attributes": [
                {"key": "array", "value": {"arrayValue": {"values": [
                    {"stringValue": "one"}, {"intValue": "2"}, {"doubleValue": 3.5},
                    {"arrayValue": {"values": [{"stringValue": "nested"}, {"boolValue": false}]}}]}}},
                {"key": "bytes", "value": {"bytesValue": "AAH+/w=="}},
                {"key": "double.zero", "value": {"doubleValue": 0}},
                {"key": "empty.array"},
                {"key": "empty.bytes", "value": {"bytesValue": ""}},
                {"key": "empty.list"},
                {"key": "empty.text", "value": {"stringValue": ""}},
                {"key": "fraction", "value": {"doubleValue": 0.1}},
                {"key": "huge", "value": {"doubleValue": 1.7976931348623157e308}},
                {"key": "infinity", "value": {"doubleValue": "Infinity"}},
                {"key": "largest", "value": {"intValue": "9223372036854775807"}},
                {"key": "list", "value": {"kvlistValue": {"values": [
                    {"key": "inner", "value": {"kvlistValue": {"values": [
                        {"key": "deep", "value": {"intValue": "1"}}]}}},
                    {"key": "other", "value": {"bytesValue": "Bw=="}}]}}},
                {"key": "minus.infinity", "value": {"doubleValue": "-Infinity"}},
                {"key": "no", "value": {"boolValue": false}},
                {"key": "not.a.number", "value": {"doubleValue": "NaN"}},
                {"key": "smallest", "value": {"intValue": "-9223372036854775808"}},
                {"key": "text", "value": {"stringValue": "quotes \" and \\ and \n and \u0001 and ü and 🦊"}},
                {"key": "tiny", "value": {"doubleValue": 5e-324}},
                {"key": "yes", "value": {"boolValue": true}},
                {"key": "zero", "value": {"intValue": "0"}}]}
            """#)
        for index in 0..<expected["attributes"]!.count {
            #expect(resource?["attributes"]?[index] == expected["attributes"]?[index])
        }
        #expect(resource?["attributes"]?.count == expected["attributes"]?.count)
        try await Judge.check(request, "logs")
    }

    @Test func replacesNULInsideText() async throws {
        let encoder = OTLPEncoder(resource: Resource(["a\0b": "\0x\0"]))
        let request = encoder.encode(spans: Samples.spans(1))
        let attribute = try await Judge.content(of: request, "traces")["resourceSpans"]?[0]?["resource"]?[
            "attributes"]?[
                0]
        #expect(attribute?["key"] == .string("a\u{FFFD}b"))
        #expect(attribute?["value"]?["stringValue"] == .string("\u{FFFD}x\u{FFFD}"))
    }

    @Test(
        arguments: [{ .array([$0]) }, { .keyValues([.init("next", $0)]) }]
            as [@Sendable (AttributeValue) -> AttributeValue])
    func cutsOffValuesNestedTooDeep(nest: @Sendable (AttributeValue) -> AttributeValue) async throws {
        let value = (0..<1_000).reduce("bottom") { value, _ in nest(value) }
        let encoder = OTLPEncoder(resource: Resource(Attributes([(key: "deep", value: value)])))
        // The official parser refuses more than 100 nested messages.
        let content = try await Judge.content(of: encoder.encode(spans: Samples.spans(1)), "traces")
        #expect(content["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]?.count == 1)
    }

    @Test func growsTheArenaForLargeSnapshots() async throws {
        let points = (0..<5_000).map { NumberPoint(series: $0, value: .int(Int64($0))) }
        let snapshot = MetricsSnapshot(
            time: Samples.start + 1,
            metrics: [
                MetricSnapshot(
                    descriptor: MetricDescriptor("many", .counter, unit: "1", "Many series."), instrument: 0,
                    startTime: Samples.start, seriesAttributes: points.map { ["series": .int(Int64($0.series))] },
                    points: .numbers(points))
            ])
        try await Judge.check(encoder.encode(metrics: snapshot), "metrics")
    }
}
