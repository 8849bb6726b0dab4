#if OTLPHTTP
import Foundation
import Logging
import OTLPExporter
import SagaTelemetry
import TestSupport
import Testing

/// What a real collector understood of a request is what the file exporter wrote of the same batch.
@Suite(
    .enabled(if: Collector.launcher != nil, "set TEST_OTELCOL to a collector's launcher"),
    .timeLimit(.minutes(2)))
struct CollectorTests {
    @Test(arguments: OTLPHTTPConfiguration.Compression.allCases)
    func collectorUnderstandsWhatTheFileSays(compression: OTLPHTTPConfiguration.Compression) async throws {
        let log = LogCapture()
        let spans = Samples.spans(20, attributes: Samples.everyKind)
        let logs = Samples.logs(20, attributes: Samples.everyKind)
        let received = try await Collector.received { collector in
            var configuration = OTLPHTTPConfiguration(endpoint: collector.endpoint)
            configuration.compression = compression
            let exporter = try OTLPHTTPExporter(
                configuration: configuration, resource: Samples.resource, logger: log.logger)
            #expect(await exporter.export(spans: spans) == .exported(20))
            #expect(await exporter.export(logs: logs) == .exported(20))
            #expect(await exporter.export(metrics: Samples.metrics) == .exported(9))
            await exporter.shutdown()
        }
        #expect(log.messages.isEmpty)
        #expect(received.count == 3)

        try await withTemporaryDirectory { directory in
            let exporter = try OTLPFileExporter(
                configuration: OTLPFileConfiguration(directory: directory.path), resource: Samples.resource,
                logger: log.logger)
            #expect(await exporter.export(spans: spans) == .exported(20))
            #expect(await exporter.export(logs: logs) == .exported(20))
            #expect(await exporter.export(metrics: Samples.metrics) == .exported(9))
            await exporter.shutdown()
            for (line, signal) in zip(received, [OTLPSignal.traces, .logs, .metrics]) {
                let file = try Data(contentsOf: directory.appending(path: "\(signal).jsonl"))
                #expect(
                    try await Judge.content(ofLines: Array(line.utf8), signal.rawValue)
                        == Judge.content(ofLines: [UInt8](file), signal.rawValue))
            }
        }
    }

    @Test func collectorRefusesWhatIsNotOTLP() async throws {
        let log = LogCapture()
        var batch = RecordBatch()
        [0xFF, 0xFF].withUnsafeBytes { batch.append($0) }
        let received = try await Collector.received { [batch] collector in
            let exporter = try OTLPHTTPExporter(
                configuration: OTLPHTTPConfiguration(endpoint: collector.endpoint), resource: Samples.resource,
                logger: log.logger)
            #expect(await exporter.export(spans: batch) == .dropped(1, .refused))
            await exporter.shutdown()
        }
        #expect(received.isEmpty)
        #expect(log.messages.count == 1)
        #expect(log.messages[0].contains("status 400 ('"), "the collector's own words are repeated")
    }
}
#endif
