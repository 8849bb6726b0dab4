import Logging
import OTLPExporter
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

/// Messages and metadata at random, judged by the official messages.
@Suite(.timeLimit(.minutes(5)))
struct LogFuzzTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func everyRecordIsValidWhateverIsLogged(seed: UInt64) async throws {
        let batches = BatchKeeper()
        try await withRecording(exporter: batches) { recording in
            var random = Words(state: seed)
            for number in 1...300 {
                var logger = Logger(label: random.text()) { SagascopeLogHandler(label: $0, metadataProvider: nil) }
                logger.logLevel = .trace
                logger[metadataKey: random.text()] = random.value(depth: 3)
                var metadata: Logger.Metadata = [:]
                for _ in 0..<random.below(9) { metadata[random.text()] = random.value(depth: 4) }
                let context = random.below(2) == 0 ? nil : TraceContext(traceID: .random(), spanID: .random())
                TraceContext.$current.withValue(context) {
                    logger.log(level: .allCases[random.below(7)], "\(random.text())", metadata: metadata)
                }
                // Often enough that the ring, which a test before may have made small, is never full.
                if number % 10 == 0 { await recording.pipeline.forceFlush(timeout: .seconds(60)) }
            }
            let logs = recording.pipeline.statistics.logs
            #expect(logs.created == 300 && logs.exported == 300)
        }
        let encoder = OTLPEncoder(resource: Resource(["service.name": "fuzz"]))
        for batch in batches.logs { try await Judge.check(encoder.encode(logs: batch), "logs") }
    }
}

private final class BatchKeeper: TelemetryExporter {
    private let kept = Mutex<[RecordBatch]>([])
    let destination = "memory"

    var logs: [RecordBatch] { kept.withLock { $0 } }

    func export(spans: RecordBatch) async -> ExportOutcome { .exported(spans.count) }
    func export(logs: RecordBatch) async -> ExportOutcome {
        kept.withLock { $0.append(logs) }
        return .exported(logs.count)
    }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
    func shutdown() async {}
}

/// SplitMix64, and the text and metadata that come out of it.
private struct Words {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func text() -> String {
        let alphabet = ["", "a", "saga.name", "é", "🧾", "\0", "\n", "\"", "\u{202e}", "\u{fffd}", "logger.name", "\\"]
        let length = [0, 1, 3, 40, 2_000][below(5)]
        var text = ""
        for _ in 0..<length { text += alphabet[below(alphabet.count)] }
        return text
    }

    mutating func value(depth: Int) -> Logger.MetadataValue {
        switch below(depth == 0 ? 5 : 8) {
        case 0: .string(text())
        case 1: .stringConvertible(Int(truncatingIfNeeded: next()))
        case 2: .stringConvertible(Double(bitPattern: next()))
        case 3: .stringConvertible(next() & 1 == 0)
        case 4: .stringConvertible(next())
        case 5: .array((0..<below(4)).map { _ in value(depth: depth - 1) })
        default:
            .dictionary(Dictionary((0..<below(4)).map { _ in (text(), value(depth: depth - 1)) }) { $1 })
        }
    }
}
