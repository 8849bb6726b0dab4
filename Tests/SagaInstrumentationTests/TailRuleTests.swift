import SagaInstrumentation
import SagaTelemetry
import TestSupport
import Testing

/// Runs that are not sampled: kept when they do not succeed, forgotten when they do.
struct TailRuleTests {
    struct Broken: Error {}

    @Test func keepsARunThatFails() async throws {
        let exported = try await unsampled(expecting: ["runs.kept": 1, "spans.kept": 4]) { recording in
            try? await withSaga("tail", id: "1") {
                await withStep("good") { withTraceSpan("inside") { _ in } }
                try await withStep("bad") {
                    #expect(TraceContext.active?.traceParent.hasSuffix("-00") == true)
                    throw Broken()
                }
            }
            return try await recording.exported()
        }
        #expect(Set(exported.spans.map(\.name)) == ["run tail", "step good", "inside", "step bad"])
        // They say that the trace was not sampled; other services recorded nothing of it.
        #expect(exported.spans.allSatisfy { $0.flags == 0x100 })
    }

    @Test func forgetsARunThatSucceeds() async throws {
        let expected = ["runs.discarded": 2_000, "spans.discarded": 4_000]
        let exported = try await unsampled(expecting: expected) { recording in
            for _ in 0..<2_000 { await withSaga("tail") { await withStep("good") {} } }
            return try await recording.exported()
        }
        #expect(exported.spans.isEmpty)
    }

    @Test func keepsARunThatWasCompensatedAlthoughNoErrorLeftIt() async throws {
        let exported = try await unsampled { recording in
            await withSaga("tail") {
                await withStep("first") {}
                await withCompensation("first") {}
                await withStep("after") {}
            }
            return try await recording.exported()
        }
        #expect(
            Set(exported.spans.map(\.name)) == ["run tail", "step first", "compensate first", "step after"])
        #expect(exported.span("run tail")?["saga.result"] == .string("compensated"))
    }

    /// The inner saga fails, the outer one goes on and succeeds: what there is of the trace is kept.
    @Test func aFailureInsideKeepsTheRunAroundIt() async throws {
        let exported = try await unsampled { recording in
            await withSaga("outer") {
                await withStep("call") { try? await withSaga("inner") { throw Broken() } }
            }
            return try await recording.exported()
        }
        #expect(Set(exported.spans.map(\.name)) == ["run outer", "step call", "run inner"])
    }

    @Test func boundsWhatItHoldsAndKeepsTheRunItself() async throws {
        let text = String(repeating: "x", count: 10_000)
        // 25 of these fill 256 KiB; the run's own span ends when it is known that it failed.
        let expected = ["spans.overflow": 75, "spans.kept": 26]
        let exported = try await unsampled(expecting: expected) { recording in
            try? await withSaga("tail") {
                for _ in 0..<100 { withLeafSpan("large") { span in span.set("text", text) } }
                throw Broken()
            }
            return try await recording.exported()
        }
        #expect(exported.spans(named: "large").count == 25 && exported.span("run tail") != nil)
    }

    /// A task that outlives the run: its spans come too late, and are counted.
    @Test func countsWhatComesTooLate() async throws {
        let exported = try await unsampled(expecting: ["spans.late": 1]) { recording in
            let (gate, open) = AsyncStream.makeStream(of: Void.self)
            let task = await withSaga("tail") {
                SagaTask("later") {
                    for await _ in gate {}
                    withLeafSpan("late") { _ in }
                }
            }
            open.finish()
            await task.value
            return try await recording.exported()
        }
        #expect(exported.spans.isEmpty)
    }

    /// 1,023 have a place.
    @Test func countsRunsForWhichThereIsNoPlace() async throws {
        let exported = try await unsampled(expecting: ["runs.kept": 1_023, "runs.not_held": 77]) { recording in
            let crowd = Crowd(of: 1_100)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<1_100 {
                    group.addTask {
                        try? await withSaga("tail") {
                            await crowd.join()
                            throw Broken()
                        }
                    }
                }
            }
            return try await recording.exported()
        }
        #expect(exported.spans.count == 1_023)
    }

    /// All runs together hold 16 MiB: what goes beyond is counted, and the room comes back when they end.
    @Test func boundsAllRunsTogether() async throws {
        let text = String(repeating: "x", count: 10_000)
        try await unsampled { recording in
            let before = (overflow: count("spans.overflow"), discarded: count("spans.discarded"))
            let crowd = Crowd(of: 80)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<80 {
                    group.addTask {
                        await withSaga("tail") {
                            for _ in 0..<24 { withLeafSpan("large") { span in span.set("text", text) } }
                            await crowd.join()
                        }
                    }
                }
            }
            let overflow = count("spans.overflow") - before.overflow
            let discarded = count("spans.discarded") - before.discarded
            #expect(overflow + discarded == 80 * 25)
            // 1,664 of these are 16 MiB; threads that look at the same moment may each take one more.
            #expect((1_650...1_760).contains(discarded))
            try? await withSaga("tail") {
                for _ in 0..<24 { withLeafSpan("room") { span in span.set("text", text) } }
                throw Broken()
            }
            let exported = try await recording.exported()
            #expect(exported.spans.count == 25)
            return exported
        }
    }

    /// Lets nobody go on before all have come.
    private actor Crowd {
        private let size: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(of size: Int) { self.size = size }

        func join() async {
            await withCheckedContinuation { continuation in
                waiting.append(continuation)
                guard waiting.count == size else { return }
                for each in waiting { each.resume() }
            }
        }
    }

    @Test func offMeansOff() async throws {
        let exported = try await unsampled(keepsFailedRuns: false) { recording in
            try? await withSaga("tail") { throw Broken() }
            return try await recording.exported()
        }
        #expect(exported.spans.isEmpty)
    }

    /// - Parameter expected: by how much the counters of runs and spans grow, by outcome.
    @discardableResult
    private func unsampled(
        expecting expected: [String: Int] = [:], keepsFailedRuns: Bool = true,
        _ body: @Sendable (Recording) async throws -> ExportedTelemetry
    ) async throws -> ExportedTelemetry {
        try await withRecording { recording in
            var options = TracingOptions()
            options.sampler = .alwaysOff
            options.keepsFailedRuns = keepsFailedRuns
            TracingOptions.current = options
            defer { TracingOptions.current = TracingOptions() }
            let before = expected.keys.map { count($0) }
            let exported = try await body(recording)
            for (key, before) in zip(expected.keys, before) { #expect(count(key) - before == expected[key], "\(key)") }
            return exported
        }
    }

    private func count(_ key: String) -> Int {
        let parts = key.split(separator: ".").map(String.init)
        return metric("sagascope.unsampled.\(parts[0])", ["outcome": parts[1]]) ?? 0
    }
}
