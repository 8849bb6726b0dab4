import Foundation
import SagaTelemetry
import TestSupport
import Testing

@testable import OTLPExporter

@Suite(.timeLimit(.minutes(1)))
struct FileExporterTests {
    let log = LogCapture()

    func exporter(
        in directory: URL, _ adjust: (inout OTLPFileConfiguration) -> Void = { _ in }
    ) throws -> OTLPFileExporter {
        var configuration = OTLPFileConfiguration(directory: directory.path)
        adjust(&configuration)
        // Time stands still, so that a loaded machine folds failures as any other.
        return try OTLPFileExporter(
            configuration: configuration, resource: Samples.resource, scope: .sagascope, logger: log.logger,
            clock: ManualClock(horizon: .zero).exportClock)
    }

    func contents(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }

    @Test func appendsOneLineABatchToTheFileOfItsSignal() async throws {
        try await withTemporaryDirectory { directory in
            let deep = directory.appending(path: "not/there/yet")
            let exporter = try exporter(in: deep)
            #expect(await exporter.export(spans: Samples.spans(2)) == .exported(2))
            #expect(await exporter.export(spans: Samples.spans(3)) == .exported(3))
            #expect(await exporter.export(logs: Samples.logs(1)) == .exported(1))
            #expect(await exporter.export(metrics: Samples.metrics) == .exported(9))
            await exporter.shutdown()

            let traces = try await Judge.content(ofLines: contents(deep.appending(path: "traces.jsonl")), "traces")
            #expect(traces.map { $0["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]?.count } == [2, 3])
            let logs = try await Judge.content(ofLines: contents(deep.appending(path: "logs.jsonl")), "logs")
            #expect(logs.count == 1)
            let metrics = try await Judge.content(ofLines: contents(deep.appending(path: "metrics.jsonl")), "metrics")
            #expect(metrics.map { $0["resourceMetrics"]?[0]?["scopeMetrics"]?[0]?["metrics"]?.count } == [6])
            #expect(log.messages.isEmpty)
        }
    }

    @Test func keepsWhatAnEarlierProcessWrote() async throws {
        try await withTemporaryDirectory { directory in
            for _ in 0..<2 {
                let exporter = try exporter(in: directory)
                #expect(await exporter.export(spans: Samples.spans(1)) == .exported(1))
                await exporter.shutdown()
            }
            let lines = try await Judge.content(ofLines: contents(directory.appending(path: "traces.jsonl")), "traces")
            #expect(lines.count == 2)
        }
    }

    @Test func keepsItsLineApartFromHalfALineBeforeIt() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "traces.jsonl")
            try Data(#"{"resourceSp"#.utf8).write(to: file)
            let exporter = try exporter(in: directory)
            #expect(await exporter.export(spans: Samples.spans(1)) == .exported(1))
            await exporter.shutdown()
            let lines = try contents(file).split(separator: UInt8(ascii: "\n"))
            #expect(lines.count == 2)
            #expect(try await Judge.content(ofLines: Array(lines[1]) + [UInt8(ascii: "\n")], "traces").count == 1)
        }
    }

    // MARK: Bounds

    @Test func rotatesBeforeAFileOutgrowsItsLimit() async throws {
        try await withTemporaryDirectory { directory in
            let lineLength = try #require(
                RequestJSON.line(of: OTLPEncoder(resource: Samples.resource).encode(spans: Samples.spans(1)), .traces)
            ).count
            let exporter = try exporter(in: directory) {
                $0.maximumBytes = 2 * lineLength
                $0.keptFiles = 2
            }
            for _ in 0..<9 { #expect(await exporter.export(spans: Samples.spans(1)) == .exported(1)) }
            await exporter.shutdown()
            let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            #expect(names == ["traces.jsonl", "traces.jsonl.1", "traces.jsonl.2"])
            for (name, count) in zip(names, [1, 2, 2]) {
                let bytes = try contents(directory.appending(path: name))
                #expect(bytes.count == count * lineLength)
                #expect(try await Judge.content(ofLines: bytes, "traces").count == count)
            }
        }
    }

    @Test func startsOverInPlaceWhenNoRotatedFileIsKept() async throws {
        try await withTemporaryDirectory { directory in
            let exporter = try exporter(in: directory) {
                $0.maximumBytes = 1
                $0.keptFiles = 0
            }
            for _ in 0..<3 { #expect(await exporter.export(spans: Samples.spans(1)) == .exported(1)) }
            await exporter.shutdown()
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["traces.jsonl"])
            let lines = try await Judge.content(ofLines: contents(directory.appending(path: "traces.jsonl")), "traces")
            #expect(lines.count == 1)
        }
    }

    @Test func makesANewFileWhenTheOldOneWasMovedAway() async throws {
        try await withTemporaryDirectory { directory in
            let exporter = try exporter(in: directory)
            let file = directory.appending(path: "traces.jsonl")
            #expect(await exporter.export(spans: Samples.spans(1)) == .exported(1))
            try FileManager.default.moveItem(at: file, to: directory.appending(path: "moved"))
            #expect(await exporter.export(spans: Samples.spans(2)) == .exported(2))
            await exporter.shutdown()
            #expect(try await Judge.content(ofLines: contents(file), "traces").count == 1)
        }
    }

    // MARK: Faults

    @Test func dropsTheBatchWhenTheDiskIsFull() async throws {
        try await withTemporaryDirectory { directory in
            // Each write to this device fails with ENOSPC.
            let exporter = try exporter(in: directory) { $0.tracesPath = "/dev/full" }
            #expect(await exporter.export(spans: Samples.spans(2)) == .dropped(2, .ioError))
            #expect(await exporter.export(spans: Samples.spans(2)) == .dropped(2, .ioError))
            #expect(await exporter.export(logs: Samples.logs(1)) == .exported(1))
            await exporter.shutdown()
            #expect(log.messages.count == 2 && log.messages[1].contains("1 more failure until the end"))
            #expect(log.messages[0].contains("cannot write to '/dev/full': No space left on device. Free space there"))
            #expect(log.messages[0].contains("2 records (traces) are dropped"))
        }
    }

    @Test func dropsUntilADirectoryInTheWayIsGone() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "traces.jsonl")
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
            let exporter = try exporter(in: directory)
            #expect(await exporter.export(spans: Samples.spans(2)) == .dropped(2, .ioError))
            #expect(log.messages[0].contains("cannot open '\(file.path)': Is a directory"))
            try FileManager.default.removeItem(at: file)
            #expect(await exporter.export(spans: Samples.spans(2)) == .exported(2))
            await exporter.shutdown()
        }
    }

    @Test func dropsWhenAParentIsAFile() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "file")
            try Data().write(to: file)
            let exporter = try exporter(in: file)
            #expect(await exporter.export(spans: Samples.spans(1)) == .dropped(1, .ioError))
            await exporter.shutdown()
            #expect(log.messages[0].contains("Not a directory"))
        }
    }

    @Test func doesNotWaitForTheReaderOfAFIFO() async throws {
        try await withTemporaryDirectory { directory in
            let fifo = directory.appending(path: "traces.jsonl").path
            #expect(mkfifo(fifo, 0o600) == 0)
            let exporter = try exporter(in: directory)
            #expect(await exporter.export(spans: Samples.spans(1)) == .dropped(1, .ioError))
            await exporter.shutdown()
        }
    }

    @Test func dropsABatchThatIsNotOTLP() async throws {
        try await withTemporaryDirectory { directory in
            var batch = RecordBatch()
            [0xFF, 0xFF].withUnsafeBytes { batch.append($0) }
            let exporter = try exporter(in: directory)
            #expect(await exporter.export(spans: batch) == .dropped(1, .ioError))
            await exporter.shutdown()
            #expect(log.messages[0].contains("not OTLP protobuf"))
        }
    }

    @Test func dropsWhatComesAfterShutdown() async throws {
        try await withTemporaryDirectory { directory in
            let exporter = try exporter(in: directory)
            await exporter.shutdown()
            #expect(await exporter.export(spans: Samples.spans(2)) == .dropped(2, .shutdown))
        }
    }

    @Test func refusesSettingsThatCannotWork() {
        #expect(throws: OTLPConfigurationError.path("")) {
            try OTLPFileConfiguration(tracesPath: "", logsPath: "a", metricsPath: "b").validate()
        }
        var configuration = OTLPFileConfiguration(directory: "somewhere")
        configuration.maximumBytes = 0
        #expect(throws: OTLPConfigurationError.maximumBytes(0)) { try configuration.validate() }
    }
}
