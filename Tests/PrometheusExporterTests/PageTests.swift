import PrometheusExporter
import SagaTelemetry
import TestSupport
import Testing

@Suite("Pages")
struct PageTests {
    @Test("A counter, a gauge and an up-down counter, sorted, with the resource between them")
    func wholePage() {
        let page = text(
            snapshot(
                metric(
                    0, counter("saga.step.attempts", "Attempts\nof \\ steps."), (["saga.name": "checkout"], .int(7))),
                metric(
                    1, MetricDescriptor("saga.run.active", .upDownCounter, unit: "{run}", "Runs."), ([:], .int(-3))),
                metric(2, gauge("zone.age", "Age."), ([:], .double(0.25)))),
            resource: Resource(["service.name": "shop", "host.cpus": 2]))
        #expect(
            page == #"""
                # HELP saga_run_active Runs.
                # TYPE saga_run_active gauge
                saga_run_active{otel_scope_name="test",otel_scope_version="1"} -3
                # HELP saga_step_attempts_total Attempts\nof \\ steps.
                # TYPE saga_step_attempts_total counter
                saga_step_attempts_total{otel_scope_name="test",otel_scope_version="1",saga_name="checkout"} 7
                # HELP target_info Attributes of the entity that produces these metrics.
                # TYPE target_info gauge
                target_info{host_cpus="2",service_name="shop"} 1
                # HELP zone_age_seconds Age.
                # TYPE zone_age_seconds gauge
                zone_age_seconds{otel_scope_name="test",otel_scope_version="1"} 0.25

                """#)
    }

    @Test("A histogram cumulates its buckets")
    func histogram() {
        let descriptor = MetricDescriptor("run.duration", .histogram(bounds: [0.005, 1, 2.5]), unit: "s", "Time.")
        let page = text(snapshot(metric(0, descriptor, (["a": "b"], counts: [1, 0, 2, 4], sum: 40.5))))
        let labels = #"a="b",otel_scope_name="test",otel_scope_version="1""#
        #expect(
            page == """
                # HELP run_duration_seconds Time.
                # TYPE run_duration_seconds histogram
                run_duration_seconds_bucket{\(labels),le="0.005"} 1
                run_duration_seconds_bucket{\(labels),le="1"} 1
                run_duration_seconds_bucket{\(labels),le="2.5"} 3
                run_duration_seconds_bucket{\(labels),le="+Inf"} 7
                run_duration_seconds_sum{\(labels)} 40.5
                run_duration_seconds_count{\(labels)} 7

                """)
    }

    @Test("Nothing to say is an empty page, and a metric without points says nothing")
    func empty() {
        #expect(text(snapshot()).isEmpty)
        let silent = MetricSnapshot(
            descriptor: counter("a"), instrument: 0, startTime: 0, seriesAttributes: [], points: .numbers([]))
        #expect(text(MetricsSnapshot(time: 0, metrics: [silent])).isEmpty)
    }

    @Test("Rendering appends to what is there")
    func appends() {
        var renderer = PrometheusRenderer(scope: scope)
        var bytes = Array("# before\n".utf8)
        renderer.render(snapshot(metric(0, counter("a"), ([:], .int(1)))), resource: noResource, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("# before\n# HELP a_total"))
    }
}
