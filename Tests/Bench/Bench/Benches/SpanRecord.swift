import SagaTelemetry

/// A span with an explicit parent, from its start to its bytes in the ring.
final class SpanRecord: SpanBench {
    let recorder: Recorder
    private let workload = SpanFloor.workload

    init(_ recorder: Recorder) { self.recorder = recorder }

    func record(_ meter: inout Meter) async {
        let workload = workload
        meter.measure {
            for _ in 0..<operations {
                var span = TraceSpan(SpanWorkload.name, parent: SpanWorkload.parent)
                workload.fill(&span)
                span.end()
            }
        }
    }
}
