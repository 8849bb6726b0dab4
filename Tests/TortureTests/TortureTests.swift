import Foundation
import SagaInstrumentation
import SagaTelemetry
import TestSupport
import Testing

/// The long tests: `make torture`. Each repeats for a while what a quick test does once.
@Suite(
    .serialized, .enabled(if: Torture.isOn, "set TEST_TORTURE=1, or run `make torture`"), .timeLimit(.minutes(15)))
struct TortureTests {
    /// Sagas that branch, sleep, fail and are cancelled on every side, for a minute.
    @Test func aStormOfSagasLeavesNothingBehind() async throws {
        try await withRecording(tracking: .reportingAfter(.milliseconds(2))) { recording in
            let monitor = Task { await RunMonitor(period: .milliseconds(3)).run() }
            let end = ContinuousClock.now + .seconds(60)
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        var random = Torture.Random(seed: UInt64(worker))
                        while .now < end { await Self.saga(&random) }
                    }
                }
            }
            monitor.cancel()
            await monitor.value
            await recording.pipeline.shutdown(timeout: .seconds(60))
            for signal in [recording.pipeline.statistics.spans, recording.pipeline.statistics.logs] {
                #expect(signal.inFlight == 0 && signal.created > 1000)
            }
            let active = MetricRegistry.shared.snapshot().metrics.filter {
                ["saga.task.active", "saga.run.active"].contains($0.descriptor.name)
            }
            for metric in active {
                guard case .numbers(let points) = metric.points else { continue }
                #expect(points.allSatisfy { $0.value == .int(0) }, "\(metric.descriptor.name): \(points.map(\.value))")
            }
        }
    }

    private static func saga(_ random: inout Torture.Random) async {
        let seed = random.next()
        let work = Task {
            try? await withSaga("torture") {
                var random = Torture.Random(seed: seed)
                for number in 0..<(random.next() % 4) {
                    try await withStep("step \(number)") { try await Task.sleep(for: .microseconds(seed % 500)) }
                }
                try await withSagaTaskGroup { group in
                    for number in 0..<(random.next() % 12) {
                        let pause = random.next() % 3000
                        group.addStep("branch \(number % 5)") {
                            async let plain: Void = Task.sleep(for: .microseconds(pause))
                            await Task.yield()
                            if pause % 17 == 0 { throw CancellationError() }
                            try await plain
                        }
                    }
                }
                if seed % 5 == 0 { SagaTask.detached("left behind") { await Task.yield() } }
                if seed % 7 == 0 { await withCompensation("step 0") { await Task.yield() } }
            }
        }
        if seed % 11 == 0 { work.cancel() }
        await work.value
    }

    /// Spans made at random: whatever was set last is what the official messages read back.
    @Test(arguments: 0..<20)
    func randomSpansComeBackAsTheyWereSet(seed: UInt64) async throws {
        try await withRecording { recording in
            var random = Torture.Random(seed: seed)
            var expected: [String: [String: AttributeValue]] = [:]
            for number in 0..<200 {
                var span = TraceSpan("span \(number)", parent: nil)
                for _ in 0..<(random.next() % 30) {
                    let key = "key.\(random.next() % 12)" + String(repeating: "k", count: Int(random.next() % 140))
                    let value = random.value(depth: 0)
                    span.set(key, to: value)
                    expected["span \(number)", default: [:]][key] = value
                    if random.next() % 4 == 0 { span.addEvent("e", attributes: [key: value]) }
                }
                span.end()
            }
            let exported = try await recording.exported()
            #expect(exported.spans.count == 200)
            for span in exported.spans {
                let wanted = expected[span.name] ?? [:]
                #expect(Set(span.keys).count == span.keys.count)
                #expect(span.keys.count + (span.droppedAttributesCount ?? 0) == wanted.count, "\(span.name)")
                for (key, value) in wanted where span[key] != nil {
                    #expect(span[key] == ExportedValue(value), "\(key)")
                }
            }
            let lines = try Data(contentsOf: recording.file)
            let judged = try await Judge.content(ofLines: [UInt8](lines), "traces")
            #expect(!judged.isEmpty)
        }
    }

    /// A process killed in the middle of its work leaves a file of whole lines, but for the last.
    @Test(arguments: 1...5)
    func aKilledDemoLeavesAReadableFile(round: Int) async throws {
        try await withTemporaryDirectory { folder in
            let file = folder.appending(path: "otlp.jsonl")
            let demo = try RunningProcess(
                Tool("env"),
                [
                    "SAGASCOPE_ADMIN_PORT=0", "OTEL_BSP_SCHEDULE_DELAY=20", try Tool(product: "checkout").url.path,
                    "--orders", "2000", "--out", folder.path,
                ], files: folder)
            _ = try await eventually("some megabytes are written", every: .milliseconds(5)) {
                let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
                return size > round << 20 ? true : nil
            }
            demo.kill()
            _ = try await demo.exitCode
            let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
            for line in lines.dropLast() {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: line) }
            }
            #expect(lines.count > 1)
        }
    }
}
