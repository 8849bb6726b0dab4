/// The figures of a killed run as a table for a terminal.
struct CrashTable {
    let summary: CrashSummary

    var text: String {
        [[headline], orders, recovery, log, telemetry, verdict, whereToLook].map { $0.joined(separator: "\n") }
            .joined(separator: "\n\n")
    }

    private var headline: String {
        "checkout: \(summary.orders.grouped) orders, orchestrator killed and started anew, seed \(summary.seed), "
            + "\(summary.elapsedSeconds.fixed(1)) s"
    }

    private var orders: [String] {
        [
            row("ORDERS, asked of stock, payment and shipping", "count"),
            row("  fully done", summary.states.done.grouped),
            row("  fully compensated", summary.states.compensated.grouped),
            row("  in between", summary.states.inBetween.grouped),
        ]
    }

    private var recovery: [String] {
        [
            row("RUNS", "count"),
            row("  ended before the kill", summary.recovery.endedInFirstLife.grouped),
            row("  resumed by recovery", summary.recovery.resumed.grouped),
            row("  begun after it", summary.recovery.begunInSecondLife.grouped),
            row("  compensations doubled", summary.recovery.compensationsDoubled.grouped),
        ]
    }

    private var log: [String] {
        [
            row("SAGA LOG", "records"),
            row("  \(summary.log.condition)", summary.log.records.grouped),
        ]
    }

    private var telemetry: [String] {
        [
            row("TELEMETRY", "spans"),
            row("  life 1, process \(summary.killedProcess), killed", text(summary.spans.firstLife)),
            row("  life 2, process \(summary.resumedProcess)", text(summary.spans.secondLife)),
            row("  participants", text(summary.spans.participants)),
            row("  told twice", text(summary.spans.toldTwice)),
        ]
    }

    private var verdict: [String] {
        guard !summary.consistent else {
            return [
                "CONSISTENT: every order is either fully done or fully compensated, none of it twice; the log is sound"
            ]
        }
        return ["NOT CONSISTENT"] + summary.disagreements.map { "  " + $0 }
    }

    private var whereToLook: [String] {
        [
            "WHERE TO LOOK NEXT",
            "  sagascope log show \(summary.folder)/log  what both lives wrote, by epoch; sagascope log verify \(summary.folder)/log",
            "  \(summary.folder)/stock.sqlite, payment.sqlite, shipping.sqlite  holding: what is held; effect: what was done",
            "  \(summary.folder)/life-1.jsonl, life-2.jsonl  the spans and events of each life",
            "  \(EngineChoice.runtime.source)  the saga itself",
        ]
    }

    /// Of what was pushed, each process knows its own part only.
    private func text(_ count: Int?) -> String { count?.grouped ?? "pushed" }

    private func row(_ label: String, _ column: String) -> String { label.padded(to: 46) + column.aligned(right: 10) }
}
