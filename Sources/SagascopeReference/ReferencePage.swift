import SagaInstrumentation
import SagaTasks
import SagaTelemetry
import TaskInspection

/// The whole page.
enum ReferencePage {
    static let text = sections.joined(separator: "\n\n") + "\n"

    private static let sections = [
        """
        # Reference

        Version \(sagascopeVersion). Written by `make docs` from the lists in the code; edit those, not this page.

        Settings stand in [configuration.md](configuration.md). [Metrics](#metrics) · [Events](#events) · [Spans](#spans) · [Attributes](#attributes) · \
        [Results](#results) · [Task states](#task-states) · [Block reasons](#block-reasons) · \
        [Task warnings](#task-warnings) · [Drop reasons](#drop-reasons)
        """,
        metrics, events, spans, attributes,
        enumeration(
            "Results",
            "`saga.result` of a run: what came of its compensations if there were any, else what its error stands for.",
            SagaResult.allCases.map { ($0.rawValue, $0.meaning) }),
        enumeration(
            "Task states", "`saga.task.state` of a live tracked task.",
            TaskState.allCases.map { ($0.rawValue, $0.meaning) }),
        enumeration(
            "Block reasons", "`saga.block.reason`: what a suspended task waits for, as far as public API tells.",
            BlockReason.allCases.map { ($0.rawValue, $0.meaning) }),
        enumeration(
            "Task warnings", "`saga.task.warning.type`: what may be wrong with a task.",
            TaskWarning.allCases.map { ($0.rawValue, $0.meaning) }),
        enumeration(
            "Drop reasons",
            "`error.type` of the `otel.sdk.*` metrics, and the keys of `FlushReport` and `SagascopeService.statistics`. "
                + "Records that a collector refuses in a partial success count as `rejected` instead.",
            DropReason.allCases.map { ($0.rawValue, $0.meaning) }),
    ]

    // MARK: metrics

    private static let metrics = """
        ## Metrics

        Each row has the OpenTelemetry name and, below it, the name on the Prometheus page. Sums and histograms are \
        cumulative. On the Prometheus page every series also has the labels `otel_scope_name` and `otel_scope_version`, \
        and `target_info` has the resource's attributes.

        \(Markdown.table(["Metric", "Kind, unit", "Attributes", "Meaning"], MetricCatalogue.all.map(row)))

        A metric keeps up to \(MetricOptions.defaultCardinalityLimit.formatted) sets of attributes; all further ones share one \
        series with `otel.metric.overflow="true"`.

        Buckets, in seconds, as `le` has them on the Prometheus page:

        \(buckets.map { "- \($0.name): " + $0.labels.joined(separator: " · ") }.joined(separator: "\n"))
        """

    private static let buckets = [("RUN", Buckets.run), ("STANDARD", Buckets.standard), ("STALL", Buckets.stall)]
        .map { name, bounds in
            (
                name: name, bounds: bounds,
                labels: PrometheusFamily(MetricDescriptor(name, .histogram(bounds: bounds), unit: "s", "")).bounds
            )
        }

    private static func row(_ metric: MetricDescriptor) -> [String] {
        let bounds = buckets.first { $0.bounds == metric.bounds }.map { " Buckets: \($0.name)." } ?? ""
        return [
            "\(Markdown.code(metric.name))<br>\(Markdown.code(PrometheusFamily(metric).name))",
            "\(metric.kind.meaning), \(Markdown.code(metric.unit))", Markdown.codes(metric.attributes),
            metric.description + bounds,
        ]
    }

    // MARK: records

    private static let events = """
        ## Events

        OTLP log records with an event name and the trace context they happened in. They are sent at once, long before the \
        span around them ends, and whether or not the trace is sampled. Heartbeats, and `saga.step.blocked` of a task that \
        is still blocked, need `SagascopeService.run()`.

        \(Markdown.table(
            ["Event", "Severity", "When", "Attributes"],
            EventReference.all.map {
                [Markdown.code($0.name), $0.severity.meaning, $0.meaning, Markdown.codes($0.attributes)]
            }))
        """

    private static let spans = """
        ## Spans

        A span whose body threw has the status ERROR and `error.type`. Spans of swift-distributed-tracing (`withSpan`, HTTP \
        clients and servers) stand in the same trace, exported as they are.

        \(Markdown.table(
            ["Span", "Made by", "Parent", "Links", "Attributes"],
            SpanReference.all.map {
                [
                    Markdown.code("\($0.name) \($0.placeholder)"), $0.meaning, $0.parent, $0.links,
                    Markdown.codes($0.attributes),
                ]
            }))
        """

    private static let attributes = """
        ## Attributes

        \(Markdown.table(
            ["Attribute", "Type", "Meaning"],
            AttributeReference.all.map { [Markdown.code($0.key), $0.type, $0.meaning] }))
        """

    private static func enumeration(_ title: String, _ introduction: String, _ cases: [(String, String)]) -> String {
        """
        ## \(title)

        \(introduction)

        \(Markdown.table(["Value", "Meaning"], cases.map { [Markdown.code($0), $1] }))
        """
    }
}

extension Int {
    /// With a comma between each three digits.
    fileprivate var formatted: String {
        self < 1000 ? String(self) : (self / 1000).formatted + "," + String(1000 + self % 1000).dropFirst()
    }
}
