import Foundation
import TestSupport
import Testing

/// The main job, as `make demo` runs it, judged by what it leaves behind.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DemoTests {
    @Test(arguments: ["runtime", "handwritten"]) func leavesFilesThatAgreeWithItsTable(engine: String) async throws {
        try await withTemporaryDirectory { folder in
            let demo = try await Demo.run(orders: 300, engine: engine, in: folder)
            #expect(demo.output.exitCode == 0, "\(demo.output.text)")
            let summary = demo.summary
            #expect(summary.orders == 300 && summary.consistent)
            #expect(summary.runs.values.reduce(0, +) == 300)
            #expect(summary.runs["success", default: 0] > 200 && summary.runs["compensated", default: 0] > 0)

            let telemetry = try demo.telemetry
            #expect(telemetry.spans.count == summary.telemetry.spans.exported)
            // What is told of the program's own end comes after the table.
            let told = telemetry.logs.count { $0.eventName != "saga.task.warning" }
            #expect(told <= summary.telemetry.events.exported)
            #expect(telemetry.logs.count >= summary.telemetry.events.exported)
            for signal in [summary.telemetry.spans, summary.telemetry.events] {
                let dropped = signal.dropped.values.reduce(0, +)
                #expect(signal.created == signal.exported + signal.rejected + dropped + signal.inFlight)
                #expect(dropped == 0 && signal.rejected == 0)
            }
            for (result, count) in summary.runs {
                let runs = telemetry.spans(named: "run checkout")
                #expect(runs.count { $0["saga.result"] == .string(result) } == count, "\(result)")
            }
            expectWholeTraces(telemetry.spans)
            try await expectPage(demo)
        }
    }

    /// Every span has its parent in its own trace or begins it; a trace spans orchestrator and participants.
    private func expectWholeTraces(_ spans: [ExportedSpan]) {
        let known = Set(spans.map { $0.traceId + $0.spanId })
        #expect(known.count == spans.count, "a span id stands twice")
        for span in spans where span.parentSpanId != nil {
            #expect(known.contains(span.traceId + (span.parentSpanId ?? "")), "\(span.name) has no parent")
        }
        #expect(spans.filter { $0.parentSpanId == nil }.allSatisfy { $0.name == "run checkout" })
        let byTrace = Dictionary(grouping: spans, by: \.traceId)
        // kind 2: a server's span, made by a participant.
        #expect(byTrace.values.allSatisfy { trace in trace.contains { $0.kind == 2 } })
        #expect(spans.allSatisfy { $0.start <= $0.end })
    }

    private func expectPage(_ demo: Demo) async throws {
        let page = try demo.page
        let read = try ExpositionPage(page)
        let samples = read.families.flatMap(\.samples)
        for (result, count) in demo.summary.runs {
            let counts = samples.filter {
                $0.name == "saga_run_duration_seconds_count" && $0.labels["saga_result"] == result
            }
            #expect(counts.reduce(0) { $0 + $1.value } == Double(count), "\(result)")
        }
        for (step, figures) in demo.summary.steps {
            let counts = samples.filter { $0.name == "saga_step_attempts_total" && $0.labels["saga_step_name"] == step }
            #expect(counts.reduce(0) { $0 + $1.value } == Double(figures.attempts + figures.unbegunAttempts), "\(step)")
        }
        let verdict = try await Tool("promtool").run(["check", "metrics"], input: page)
        #expect(verdict.exitCode == 0 && verdict.text == "", "\(verdict.text)")
    }

    @Test func aRealPrometheusReadsTheTablesValues() async throws {
        try await withTemporaryDirectory { folder in
            let (env, prefix) = try Demo.tool([:]).command
            let demo = try RunningProcess(
                env, prefix + Demo.arguments(orders: 200, seed: 2, folder: folder) + ["--hold"], files: folder)
            let summary = try await eventually("the demo holds", timeLimit: .seconds(240)) {
                try Demo.readSummary(folder)
            }
            let port = try #require(summary.adminAddress?.split(separator: ":").last.flatMap { Int($0) })
            // The first one asks for OpenMetrics, the second one for protobuf.
            for features in [[], ["native-histograms"]] {
                try await expectRuns(summary.runs, port: port, features: features)
            }
            await demo.stop()
            #expect(try await demo.exitCode == 0)
        }
    }

    private func expectRuns(_ runs: [String: Int], port: Int, features: [String]) async throws {
        try await withTemporaryDirectory { folder in
            let prometheus = try PrometheusServer(
                Tool("prometheus"), scraping: port, features: features, in: folder)
            try await prometheus.expect("up", ["job": "sagascope"], 1)
            for (result, count) in runs {
                _ = try await eventually("\(result) == \(count)") {
                    let counts = try await prometheus.query(
                        "saga_run_duration_seconds_count", ["saga_result": result, "saga_name": "checkout"])
                    return counts.reduce(0, +) == Double(count) ? true : nil
                }
            }
            await prometheus.stop()
        }
    }

    @Test(.enabled(if: Collector.launcher != nil, "set TEST_OTELCOL to a collector's launcher"))
    func aRealCollectorReceivesWhatTheFileHolds() async throws {
        try await withTemporaryDirectory { folder in
            let file = try await Demo.run(orders: 200, seed: 3, in: folder.appending(path: "file"))
            let received = folder.appending(path: "received.jsonl")
            let lines = try await Collector.received { collector in
                let demo = try await Demo.run(
                    orders: 200, seed: 3,
                    environment: [
                        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
                    ], in: folder.appending(path: "push"))
                #expect(demo.output.exitCode == 0 && demo.summary.runs == file.summary.runs)
                #expect(demo.summary.telemetry.spans.exported == demo.summary.telemetry.spans.created)
            }
            try Data(lines.joined().utf8).write(to: received)
            let pushed = try ExportedTelemetry(file: received)
            let written = try file.telemetry
            expectWholeTraces(pushed.spans)
            #expect(pushed.metricNames == written.metricNames)
            // Two runs of one seed: what is derived from the orders is the same span for span; what hangs on the machine's
            // timing (which attempt was the slow one) is not.
            func runs(_ telemetry: ExportedTelemetry) -> Set<String> {
                Set(
                    telemetry.spans(named: "run checkout").map {
                        "\($0.traceId) \($0.spanId) \(String(describing: $0["saga.result"]))"
                    })
            }
            #expect(runs(pushed) == runs(written) && runs(pushed).count == 200)
            // Others hang on the machine: what is said of tasks, and of runs that take long.
            let always: Set<String?> = [
                "saga.run.started", "saga.step.committed", "saga.compensation.started", "exception",
            ]
            for telemetry in [pushed, written] { #expect(always.isSubset(of: telemetry.logs.map(\.eventName))) }
        }
    }

    @Test func everyPushedPayloadIsValid() async throws {
        try await withTemporaryDirectory { folder in
            let requests = try await CapturingServer.requests { endpoint in
                let demo = try await Demo.run(
                    orders: 60, seed: 4,
                    environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"],
                    in: folder)
                #expect(demo.output.exitCode == 0, "\(demo.output.text)")
            }
            #expect(Set(requests.map(\.signal)) == ["traces", "logs", "metrics"])
            for request in requests { try await Judge.check(request.body, request.signal) }
        }
    }

    @Test(
        arguments: [
            (["--orders", "0"], [:], "orders"),
            (["--orders", "5", "--engine", "steam"], [:], "runtime"),
            (
                ["--orders", "5"], ["OTEL_BSP_SCHEDULE_DELAY": "soon"],
                "OTEL_BSP_SCHEDULE_DELAY=soon (environment): expected"
            ),
            (["--orders", "5", "--out", "/dev/null/x"], [:], "/dev/null/x"),
        ] as [([String], [String: String], String)])
    func badInputIsNamed(arguments: [String], environment: [String: String], named: String) async throws {
        try await withTemporaryDirectory { folder in
            let folder = arguments.contains("--out") ? [] : ["--out", folder.path]
            let output = try await Demo.tool(environment).run(arguments + folder, timeLimit: .seconds(60))
            #expect(output.exitCode == 64, "\(output.text)")
            #expect(output.text.contains(named), "\(output.text)")
        }
    }

    /// Nothing listens at the endpoint: every order is still done, and what was lost is told, by reason.
    @Test func aDeadCollectorBreaksNothing() async throws {
        try await withTemporaryDirectory { folder in
            let demo = try await Demo.run(
                orders: 60, seed: 5,
                environment: [
                    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(try freePort())",
                    "OTEL_EXPORTER_OTLP_TIMEOUT": "300", "SAGASCOPE_SHUTDOWN_TIMEOUT": "5000",
                ], in: folder)
            #expect(demo.output.exitCode == 0 && demo.summary.consistent, "\(demo.output.text)")
            let spans = demo.summary.telemetry.spans
            #expect(spans.exported == 0 && spans.created > 0)
            #expect(spans.dropped["unreachable", default: 0] + spans.inFlight == spans.created)
        }
    }

    @Test func theRetrofitPrintsTheSame() async throws {
        let before = try await Tool(product: "retrofit-before").run()
        let after = try await ConfiguredTool(
            tool: Tool(product: "retrofit-after"), environment: ["SAGASCOPE_FILE": "none"]
        ).run([], timeLimit: .seconds(60))
        #expect(before.exitCode == 0 && after.exitCode == 0)
        #expect(before.output == after.output && !before.output.isEmpty)
    }
}
