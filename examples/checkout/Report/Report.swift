import SagaLog
import Sagascope
import ServiceLifecycle

/// What stands at the end of a run: files in the output folder, a table, a trace, and where to look next.
struct Report: Sendable {
    let options: DemoOptions
    let folder: OutputFolder
    let sagascope: SagascopeService
    let participants: Participants
    let ledger: RunLedger
    let log: SagaLog

    /// Checks, writes and prints.
    ///
    /// - Throws: ``DemoError/inconsistent`` after everything has been said, when the databases disagree with the runs.
    func make(elapsed: Duration) async throws {
        let figures = ledger.figures
        let check = ConsistencyCheck(participants: participants, pieces: Participants.allPieces(for: options.orders))
        let disagreements =
            try await check.disagreements(with: figures.runs)
            + LogCheck(log: log).disagreements(with: figures)
            + TelemetryCheck(snapshot: sagascope.snapshot()).disagreements(with: figures)
        try await log.takeSnapshot()
        try await sagascope.settle(every: FaultMiddleware.slowness - CallTimeout.limit + .milliseconds(300))
        await sagascope.forceFlush(timeout: .seconds(10))
        let summary = Summary(
            options: options, elapsed: elapsed, figures: figures, log: log, sagascope: sagascope,
            disagreements: disagreements)

        try folder.write(sagascope.metricsPage(), to: folder.metrics)
        let json = try summary.json()
        try folder.write(json, to: folder.summary)
        if options.json {
            Console.print(String(decoding: json.dropLast(), as: UTF8.self))
        } else {
            Console.print("\n" + SummaryTable(summary: summary).text)
            Console.print("\n" + slowestRun(among: figures.runs))
            Console.print("\n" + whereToLook)
        }
        guard disagreements.isEmpty else { throw DemoError.inconsistent(disagreements.count) }
    }

    /// Keeps the process serving until a signal comes.
    func hold() async throws {
        guard let address = sagascope.adminAddress else { throw DemoError.nothingToHold }
        Console.progress("\nhttp://\(address)/metrics is served until ^C\n")
        try await gracefulShutdown()
    }

    private func slowestRun(among runs: [RunLedger.Run]) -> String {
        guard let run = runs.max(by: { $0.seconds < $1.seconds }) else { return "SLOWEST RUN: none was made" }
        let reason = run.reason.map { " (\($0))" } ?? ""
        let title =
            "SLOWEST RUN: \(run.order.id), \(run.result.rawValue)\(reason), "
            + "\((run.seconds * 1_000).fixed(0)) ms"
        // The trace's id follows from the order's: whoever has an order number can find its trace.
        let trace = DerivedID.trace(saga: CheckoutSaga.name, id: run.order.id).description
        guard sagascope.configuration.writesFile else {
            return title + ", trace \(trace)\n  Its spans went to \(sagascope.destinationText)."
        }
        do {
            let spans = try TraceFile(path: folder.traces).spans(ofTrace: trace)
            guard !spans.isEmpty else { return title + "\n  \(folder.traces) has no span of trace \(trace)." }
            return title + ", trace \(trace)\n" + TraceTree(spans).text
        } catch {
            return title + "\n  \(folder.traces) cannot be read back: \(error)"
        }
    }

    private var whereToLook: String {
        var lines = ["WHERE TO LOOK NEXT"]
        if sagascope.configuration.writesFile {
            lines.append("  \(folder.traces)  every span, event and metric: OTLP/JSON, one request a line")
        }
        lines.append("  \(folder.metrics)  the Prometheus page at the end of the run")
        lines.append("  \(folder.summary)  the figures above")
        lines.append(
            "  \(folder.log)  the saga log: sagascope log show \(folder.log), sagascope log verify \(folder.log)")
        if options.hold, let address = sagascope.adminAddress { lines.append("  http://\(address)/metrics  live") }
        lines.append("  \(options.engine.source)  the saga itself")
        lines.append("  examples/README.md  what else to look at")
        return lines.joined(separator: "\n")
    }
}
