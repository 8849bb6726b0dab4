import SagaTelemetry
import Testing

@testable import PrometheusExporter

@Suite("Names")
struct NameTests {
    @Test(
        "Metric names",
        arguments: [
            ("saga.run.duration", MetricDescriptor.Kind.histogram(bounds: [1]), "s", "saga_run_duration_seconds"),
            ("saga.log.io", .counter, "By", "saga_log_io_bytes_total"),
            ("saga.log.records", .counter, "{record}", "saga_log_records_total"),
            ("requests.total", .counter, "1", "requests_total"),
            ("total", .counter, "", "total_total"),
            ("cpu.seconds", .gauge, "s", "cpu_seconds"),
            ("cpu.seconds.total", .counter, "s", "cpu_seconds_total"),
            ("disk.rate", .gauge, "By/s", "disk_rate_bytes_per_second"),
            ("disk.bytes.per.second", .gauge, "By/s", "disk_bytes_per_second"),
            ("calls", .gauge, "{call}/min", "calls_per_minute"),
            ("used", .gauge, "1", "used_ratio"),
            ("used.ratio", .gauge, "1", "used_ratio"),
            ("tier", .upDownCounter, "1", "tier"),
            ("latency", .gauge, "ms", "latency_milliseconds"),
            ("size", .gauge, "By{payload}", "size_bytes"),
            ("load", .gauge, "%", "load_percent"),
            ("odd", .gauge, "m2.K", "odd_m2_K"),
            ("a..b__c-d", .gauge, "", "a_b_c_d"),
            ("2xx", .counter, "", "_2xx_total"), ("total.total", .counter, "", "total_total"),
            ("rule:x", .gauge, "", "rule:x"),
            ("größe", .gauge, "", "gr_e"),
        ])
    func metricNames(name: String, kind: MetricDescriptor.Kind, unit: String, expected: String) {
        let family = PrometheusName.family(MetricDescriptor(name, kind, unit: unit, ""), .underscores)
        #expect(family.map { kind == .counter ? $0.name + "_total" : $0.name } == expected)
    }

    @Test("A name without any usable character has none")
    func unnameable() {
        #expect(PrometheusName.family(gauge("…"), .underscores) == nil)
        for escaping in NameEscaping.allCases { #expect(PrometheusName.family(gauge(""), escaping) == nil) }
    }

    @Test("The unit is told when the name ends with it")
    func units() {
        func unit(_ name: String, _ unit: String, _ escaping: NameEscaping = .underscores) -> String? {
            PrometheusName.family(gauge(name, unit: unit), escaping)?.unit
        }
        #expect(unit("a.b", "s") == "seconds" && unit("a.b", "By/s") == "bytes_per_second")
        #expect(unit("a.seconds.b", "s") == nil && unit("a.b", "") == nil && unit("a.b", "{run}") == nil)
        #expect(unit("a.b", "s", .allowUTF8) == "seconds" && unit("a.b", "By/s", .dots) == nil)
    }

    /// As Prometheus' own libraries escape them.
    @Test(
        "Names in every scheme",
        arguments: [
            ("saga.run", "s", "saga.run_seconds", "saga_dot_run__seconds", "U__saga_2e_run__seconds"),
            ("plain_name", "", "plain_name", "plain__name", "plain_name"), ("2xx", "", "2xx", "__xx", "U___32_xx"),
            ("größe", "", "größe", "gr____e", "U__gr_f6__df_e"), ("a:b", "", "a:b", "a:b", "a:b"),
            ("…", "", "…", "__", "U___2026_"),
        ])
    func schemes(name: String, unit: String, utf8: String, dots: String, values: String) {
        let names = [NameEscaping.allowUTF8, .dots, .values].map {
            PrometheusName.family(gauge(name, unit: unit), $0)?.name
        }
        #expect(names == [utf8, dots, values])
    }

    @Test("A counter's suffix is escaped with its name, and the family goes without it")
    func counters() {
        let names = [NameEscaping.allowUTF8, .underscores, .dots, .values].map {
            PrometheusName.family(counter("a.total"), $0)?.name
        }
        #expect(names == ["a", "a", "a_", "a"])
        #expect(PrometheusName.family(counter("a.b"), .values)?.name == "U__a_2e_b_")
    }

    @Test(
        "Label names",
        arguments: [
            ("saga.step.name", "saga_step_name"), ("a-.b", "a_b"), ("2xx", "_2xx"), ("__name__", "_name_"), ("", "_"),
            ("ключ", "_"), ("a:b", "a_b"), ("x", "x"),
        ])
    func labelNames(key: String, expected: String) {
        #expect(PrometheusName.label(key, .underscores) == expected)
    }

    @Test("Label names as they are, but for Prometheus' own")
    func utf8LabelNames() {
        let names = ["saga.step.name", "ключ", "", "__name__", "_x", "a:b"].map { PrometheusName.label($0, .allowUTF8) }
        #expect(names == ["saga.step.name", "ключ", "_", "_name__", "_x", "a:b"])
        #expect(PrometheusName.label("a:b.c", .values) == "U__a_3a_b_2e_c")
        #expect(["", "_x", "é.x"].map { PrometheusName.label($0, .dots) } == ["_", "_x", "_dot_x"])
    }
}
