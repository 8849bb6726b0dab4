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
            ("2xx", .counter, "", "_2xx_total"),
            ("rule:x", .gauge, "", "rule:x"),
            ("größe", .gauge, "", "gr_e"),
        ])
    func metricNames(name: String, kind: MetricDescriptor.Kind, unit: String, expected: String) {
        #expect(PrometheusName.metric(MetricDescriptor(name, kind, unit: unit, "")) == expected)
    }

    @Test("A name without any usable character has none")
    func unnameable() {
        #expect(PrometheusName.metric(gauge("…")) == nil)
        #expect(PrometheusName.metric(gauge("")) == nil)
    }

    @Test(
        "Label names",
        arguments: [
            ("saga.step.name", "saga_step_name"), ("a-.b", "a_b"), ("2xx", "_2xx"), ("__name__", "_name_"), ("", "_"),
            ("ключ", "_"), ("a:b", "a_b"), ("x", "x"),
        ])
    func labelNames(key: String, expected: String) {
        #expect(PrometheusName.label(key) == expected)
    }
}
