import OTLPExporter
import SagaTelemetry
import Synchronization
import TestSupport
import Testing
import Tracing

/// Spans made at random, against a model of the rules; every payload is judged by the official messages.
struct SpanFuzzTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func whateverIsSetTheRecordIsValid(seed: UInt64) async throws {
        let exporter = KeepingExporter()
        var random = SplitMix(state: seed)
        let limit = [128, 128, 7, 1, 0, 40][Int(seed - 1)]
        let length = seed.isMultiple(of: 2) ? Int(seed) : nil
        let plans = (0..<80).map { _ in Plan(&random) }
        let options = TracingOptions.with {
            $0.limits.attributes = limit
            $0.limits.attributesPerEvent = limit
            $0.limits.attributeValueLength = length
        }
        try await withRecording(exporter: exporter) { recording in
            TracingOptions.current = options
            defer { TracingOptions.current = TracingOptions() }
            for (number, plan) in plans.enumerated() {
                if number.isMultiple(of: 2) { plan.recordOurs("\(number)") } else { plan.recordTheirs("\(number)") }
            }
            await recording.pipeline.forceFlush()
        }
        let request = OTLPEncoder(resource: Resource(["service.name": "fuzz"])).encode(spans: exporter.spans)
        try await Judge.check(request, "traces")
        let content = try await Judge.content(of: request, "traces")
        let spans = content["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]
        #expect(spans?.count == plans.count)
        for index in 0..<(spans?.count ?? 0) {
            guard let span = spans?[index], case .string(let name)? = span["name"], let number = Int(name) else {
                Issue.record("a span without its name")
                continue
            }
            let expected = Set(plans[number].pairs.map(\.key))
            let written = span["attributes"]?.count ?? 0
            #expect(written == min(limit, expected.count), "seed \(seed), span \(number)")
            #expect(
                (span["droppedAttributesCount"] == nil) == (expected.count <= limit), "seed \(seed), span \(number)")
        }
    }

    /// Attributes in the order in which they are set.
    private struct Plan: Sendable {
        let pairs: [(key: String, value: AttributeValue)]

        init(_ random: inout SplitMix) {
            pairs = (0..<Int(random.next() % 60)).map { _ in
                (
                    "key.\(random.next() % 50)" + String(repeating: "k", count: Int(random.next() % 9)),
                    Self.value(&random, 3)
                )
            }
        }

        static func value(_ random: inout SplitMix, _ depth: Int) -> AttributeValue {
            switch random.next() % (depth > 0 ? 9 : 6) {
            case 0: return .int(Int64(bitPattern: random.next()))
            case 1: return .double(Double(bitPattern: random.next()))
            case 2: return .bool(random.next().isMultiple(of: 2))
            case 3: return .bytes((0..<(random.next() % 20)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            case 4, 5: return .string(text(&random))
            case 6, 7: return .array((0..<(random.next() % 4)).map { _ in value(&random, depth - 1) })
            default:
                return .keyValues((0..<(random.next() % 4)).map { .init("k\($0)", value(&random, depth - 1)) })
            }
        }

        /// Of one to four bytes a character, sometimes none, sometimes long.
        static func text(_ random: inout SplitMix) -> String {
            let count = random.next().isMultiple(of: 10) ? 150 : random.next() % 12
            return String((0..<count).map { _ in "aé€🦊\0\"\u{fffd}".randomElement(using: &random) ?? "a" })
        }

        func recordOurs(_ name: String) {
            var span = TraceSpan(name, parent: nil)
            for pair in pairs { span.set(pair.key, to: pair.value) }
            span.addEvent("event") { event in
                for pair in pairs { event.set(pair.key, to: pair.value) }
            }
            span.addEvent("sized", attributes: Attributes(pairs))
            span.end(pairs.isEmpty ? .unset : .error(pairs[0].key))
        }

        func recordTheirs(_ name: String) {
            let span = SagascopeTracer().startSpan(name, context: .topLevel)
            for pair in pairs {
                if case .string(let text) = pair.value {
                    span.attributes[pair.key] = text
                } else {
                    span.attributes[pair.key] = pair.value.description
                }
            }
            span.addEvent(SpanEvent(name: "event", attributes: span.attributes))
            span.end()
        }
    }

    /// Keeps the records as they came out of the rings.
    private final class KeepingExporter: TelemetryExporter {
        private let kept = Mutex(RecordBatch())
        let destination = "memory"

        var spans: RecordBatch { kept.withLock { $0 } }

        func export(spans: RecordBatch) async -> ExportOutcome {
            kept.withLock { kept in
                spans.bytes.withUnsafeBytes { bytes in
                    for index in 0..<spans.count {
                        kept.append(UnsafeRawBufferPointer(rebasing: bytes[spans.range(of: index)]))
                    }
                }
            }
            return .exported(spans.count)
        }

        func export(logs: RecordBatch) async -> ExportOutcome { .exported(logs.count) }
        func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
        func shutdown() async {}
    }
}
