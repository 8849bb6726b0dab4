import Sagascope

/// The figures of a run as a table for a terminal.
struct SummaryTable {
    let summary: Summary

    var text: String {
        [[headline], runs, steps, compensations, criticalPath, taskTime, log, telemetry, consistency]
            .filter { !$0.isEmpty }
            .map { $0.joined(separator: "\n") }
            .joined(separator: "\n\n")
    }

    private var headline: String {
        let rate = Double(summary.ordersRun) / max(summary.elapsedSeconds, 0.001)
        return
            "checkout: \(summary.ordersRun.grouped) of \(summary.orders.grouped) orders, \(summary.engine.rawValue) engine, seed \(summary.seed), "
            + "\(summary.elapsedSeconds.fixed(1)) s, \(rate.fixed(1)) orders/s"
    }

    private var runs: [String] {
        [row("RUNS", ["count", "share"])]
            + SagaResult.allCases.compactMap { result in
                guard let count = summary.runs[result.rawValue] else { return nil }
                let share = percent(Double(count), of: Double(summary.ordersRun))
                return row("  " + result.rawValue, [count.grouped, share]) + counts(summary.reasons[result.rawValue])
            }
    }

    private var steps: [String] {
        [row("STEPS (attempts, ms)", ["runs", "attempts", "failed", "p50", "p95", "p99"])]
            + CheckoutStep.allCases.compactMap { step in
                guard let figures = summary.steps[step.rawValue] else { return nil }
                return row(
                    "  " + step.rawValue,
                    [
                        figures.runs.grouped, figures.attempts.grouped, figures.failedAttempts.grouped,
                        figures.p50Milliseconds.fixed(1), figures.p95Milliseconds.fixed(1),
                        figures.p99Milliseconds.fixed(1),
                    ])
            }
    }

    private var compensations: [String] {
        guard !summary.compensations.isEmpty else { return [] }
        return [row("COMPENSATIONS", ["count"])]
            + CheckoutStep.allCases.compactMap { step in
                summary.compensations[step.rawValue].map { row("  " + step.rawValue, [$0.grouped]) }
            }
    }

    private var criticalPath: [String] {
        let whole = summary.criticalPath.values.reduce(0, +)
        guard whole > 0 else { return [] }
        return [row("CRITICAL PATH (of all runs)", ["s", "share"])]
            + summary.criticalPath.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { step, seconds in
                row("  " + (step.isEmpty ? "between steps" : step), [seconds.fixed(1), percent(seconds, of: whole)])
            }
    }

    private var taskTime: [String] {
        guard let time = summary.taskTime, time.total > 0 else { return [] }
        return [
            row("TASK TIME", ["blocked", "ready", "busy"]),
            row(
                "  checkout",
                [time.blockedSeconds, time.readySeconds, time.busySeconds].map { percent($0, of: time.total) }),
        ]
    }

    private var log: [String] {
        let stages = ["durable", "mapped", "snapshotted"].compactMap { stage in
            summary.log.lag[stage].map { (stage, $0) }
        }
        return [
            row("SAGA LOG", ["records", "syncs", "commit ms"]),
            row(
                "  written",
                [
                    summary.log.records.grouped, summary.log.groupCommits.grouped,
                    summary.log.meanCommitMilliseconds.fixed(1),
                ]),
            row("  LAG", ["records", "s"]),
        ] + stages.map { stage, lag in row("    " + stage, [lag.records.grouped, lag.seconds.fixed(1)]) }
    }

    private var telemetry: [String] {
        let signals = [
            ("spans", summary.telemetry.spans), ("events", summary.telemetry.events),
            ("metric points", summary.telemetry.metricPoints),
        ]
        return [row("TELEMETRY", ["created", "exported", "in flight", "rejected", "dropped"])]
            + signals.map { name, signal in
                let dropped = signal.dropped.values.reduce(0, +)
                return row(
                    "  " + name,
                    [signal.created, signal.exported, signal.inFlight, signal.rejected, dropped].map(\.grouped))
                    + counts(signal.dropped)
            }
    }

    private var consistency: [String] {
        guard !summary.consistent else {
            return ["CONSISTENT: stock, payment, shipping, the saga log and the metrics agree with every run"]
        }
        return ["NOT CONSISTENT"] + summary.disagreements.map { "  " + $0 }
    }

    /// The parts of a sum behind its row, largest first.
    private func counts(_ parts: [String: Int]?) -> String {
        let sorted = (parts ?? [:]).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.isEmpty ? "" : "  " + sorted.map { "\($0.key) \($0.value.grouped)" }.joined(separator: ", ")
    }

    private func row(_ label: String, _ columns: [String]) -> String {
        label.padded(to: 22) + columns.map { $0.aligned(right: 10) }.joined()
    }

    private func percent(_ part: Double, of whole: Double) -> String {
        "\((100 * part / max(whole, .leastNonzeroMagnitude)).fixed(1)) %"
    }
}
