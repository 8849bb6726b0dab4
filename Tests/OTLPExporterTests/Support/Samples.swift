import COTLP
import ProtobufArena
import SagaTelemetry

@testable import OTLPExporter

/// Telemetry for tests. Spans and log records are encoded by libprotobuf-c from full messages, not by the code under
/// test.
enum Samples {
    static let start: UInt64 = 1_700_000_000_123_456_789
    static let resource = Resource(["service.name": "checkout", "service.instance.id": "a-1"])

    /// One attribute of every kind, with the values that formats get wrong.
    static let everyKind: Attributes = [
        "text": "quotes \" and \\ and \n and \u{1} and ü and 🦊",
        "empty.text": "",
        "yes": true,
        "no": false,
        "zero": 0,
        "smallest": .int(.min),
        "largest": .int(.max),
        "fraction": 0.1,
        "tiny": .double(.leastNonzeroMagnitude),
        "huge": .double(1.7976931348623157e308),
        "double.zero": 0.0,
        "not.a.number": .double(.nan),
        "infinity": .double(.infinity),
        "minus.infinity": .double(-.infinity),
        "bytes": .bytes([0, 1, 254, 255]),
        "empty.bytes": .bytes([]),
        "array": ["one", 2, 3.5, ["nested", false]],
        "empty.array": .array([]),
        "list": .keyValues([.init("inner", .keyValues([.init("deep", 1)])), .init("other", .bytes([7]))]),
        "empty.list": .keyValues([]),
    ]

    static func spans(_ count: Int, attributes: Attributes = ["saga.step": "charge", "attempt": 2]) -> RecordBatch {
        var batch = RecordBatch()
        for index in 0..<count {
            append(span(index, attributes), to: &batch)
        }
        return batch
    }

    static func logs(_ count: Int, attributes: Attributes = ["saga.name": "checkout"]) -> RecordBatch {
        var batch = RecordBatch()
        for index in 0..<count {
            append(logRecord(index, attributes), to: &batch)
        }
        return batch
    }

    private static func append(_ record: [UInt8], to batch: inout RecordBatch) {
        record.withUnsafeBytes { batch.append($0) }
    }

    private static func identifier(_ length: Int, _ index: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: $0 + 1) }.dropLast(2) + [UInt8(index >> 8), UInt8(index & 0xFF)]
    }

    private static func span(_ index: Int, _ attributes: Attributes) -> [UInt8] {
        let arena = MessageArena()
        let event = arena.message(otlp__span__event__init)
        event.pointee.name = arena.string("retry")
        event.pointee.time_unix_nano = start + 10
        event.pointee.n_attributes = 1
        event.pointee.attributes = arena.attributes(["attempt": 1])
        let link = arena.message(otlp__span__link__init)
        link.pointee.trace_id = arena.bytes(identifier(16, 7))
        link.pointee.span_id = arena.bytes(identifier(8, 8))
        let status = arena.message(otlp__status__init)
        status.pointee.code = OTLP__STATUS__STATUS_CODE__STATUS_CODE_ERROR
        status.pointee.message = arena.string("card declined")

        let span = arena.message(otlp__span__init)
        span.pointee.trace_id = arena.bytes(identifier(16, 1))
        span.pointee.span_id = arena.bytes(identifier(8, index))
        span.pointee.parent_span_id = arena.bytes(identifier(8, 1000))
        span.pointee.name = arena.string("charge-card")
        span.pointee.kind = OTLP__SPAN__SPAN_KIND__SPAN_KIND_CLIENT
        span.pointee.start_time_unix_nano = start
        span.pointee.end_time_unix_nano = start + 1_000
        span.pointee.n_attributes = attributes.pairs.count
        span.pointee.attributes = arena.attributes(attributes)
        span.pointee.n_events = 1
        span.pointee.events = arena.array(CollectionOfOne(event)) { $0 }
        span.pointee.n_links = 1
        span.pointee.links = arena.array(CollectionOfOne(link)) { $0 }
        span.pointee.status = status
        span.pointee.flags = 0x101
        return withExtendedLifetime(arena) {
            [UInt8](unsafeUninitializedCapacity: otlp__span__get_packed_size(span)) { buffer, count in
                count = otlp__span__pack(span, buffer.baseAddress)
            }
        }
    }

    private static func logRecord(_ index: Int, _ attributes: Attributes) -> [UInt8] {
        let arena = MessageArena()
        let record = arena.message(otlp__log_record__init)
        record.pointee.time_unix_nano = start + UInt64(index)
        record.pointee.observed_time_unix_nano = start + UInt64(index) + 1
        record.pointee.severity_number = OTLP__SEVERITY_NUMBER__SEVERITY_NUMBER_WARN
        record.pointee.severity_text = arena.string("WARN")
        record.pointee.event_name = arena.string("saga.step.blocked")
        record.pointee.body = arena.anyValue("step is blocked", depth: 0)
        record.pointee.trace_id = arena.bytes(identifier(16, 1))
        record.pointee.span_id = arena.bytes(identifier(8, index))
        record.pointee.flags = 1
        record.pointee.n_attributes = attributes.pairs.count
        record.pointee.attributes = arena.attributes(attributes)
        return withExtendedLifetime(arena) {
            [UInt8](unsafeUninitializedCapacity: otlp__log_record__get_packed_size(record)) { buffer, count in
                count = otlp__log_record__pack(record, buffer.baseAddress)
            }
        }
    }

    /// A counter, an up-down counter, two gauges, a histogram of either kind and a metric without points: nine points.
    static let metrics = MetricsSnapshot(
        time: start + 60_000_000_000,
        metrics: [
            metric(
                MetricDescriptor("saga.runs", .counter, unit: "{run}", attributes: ["saga.name"], "Runs started."),
                sagas, .numbers([NumberPoint(series: 0, value: .int(42)), NumberPoint(series: 1, value: .int(0))]),
                [
                    Exemplar(
                        series: 0, value: .int(3), time: start + 5, traceID: TraceID(high: 0x0102, low: 0x0304),
                        spanID: SpanID(0x05), filteredAttributes: ["order": "o-17"])
                ]),
            metric(
                MetricDescriptor("saga.active", .upDownCounter, unit: "{run}", "Runs in progress."),
                [.empty], .numbers([NumberPoint(series: 0, value: .int(-3))])),
            metric(
                MetricDescriptor("saga.lag", .gauge, unit: "s", "Age of the oldest record."),
                [.empty], .numbers([NumberPoint(series: 0, value: .double(0))])),
            metric(
                MetricDescriptor("saga.rate", .gauge, unit: "1", "Not measured yet."),
                [everyKind], .numbers([NumberPoint(series: 0, value: .double(.nan))])),
            metric(
                MetricDescriptor("saga.duration", .histogram(bounds: [0.1, 1, 10]), unit: "s", "Time a run takes."),
                sagas,
                .histograms([
                    HistogramPoint(series: 0, counts: [1, 2, 0, 4], sum: 60.5, min: 0.05, max: 40),
                    HistogramPoint(series: 1, counts: [0, 0, 0, 0], sum: 0),
                ]),
                [
                    Exemplar(
                        series: 0, value: .double(40), time: start + 7, traceID: TraceID(high: 0, low: 0),
                        spanID: SpanID(0))
                ]),
            metric(
                MetricDescriptor("saga.size", .histogram(bounds: []), unit: "By", "Bytes of a run."), sagas,
                .exponential([
                    ExponentialHistogramPoint(
                        series: 0, sum: 2.5, min: -4, max: 8, zeroCount: 2, zeroThreshold: 1e-9, scale: 3,
                        positive: .init(offset: -9, counts: [1, 0, 5]), negative: .init(offset: 15, counts: [1])),
                    ExponentialHistogramPoint(series: 1, sum: 0, scale: -10),
                ])),
            metric(
                MetricDescriptor("saga.silent", .counter, unit: "{run}", "Never measured."), [], .numbers([])),
        ])

    private static let sagas: [Attributes] = [["saga.name": "checkout"], ["saga.name": "refund"]]

    private static func metric(
        _ descriptor: MetricDescriptor, _ attributes: [Attributes], _ points: MetricSnapshot.Points,
        _ exemplars: [Exemplar] = []
    ) -> MetricSnapshot {
        MetricSnapshot(
            descriptor: descriptor, instrument: 0, startTime: start, seriesAttributes: attributes, points: points,
            exemplars: exemplars)
    }
}
