import SagaTelemetry

/// A leaf span in a task that runs under a span: its parent is found, nothing is bound.
final class SpanLeaf: SpanBench {
    let recorder: Recorder
    private let workload = SpanFloor.workload

    init(_ recorder: Recorder) { self.recorder = recorder }

    func record(_ meter: inout Meter) async {
        let workload = workload
        TraceContext.$current.withValue(SpanWorkload.parent) {
            meter.measure {
                for _ in 0..<operations {
                    withLeafSpan(SpanWorkload.name) { workload.fill(&$0) }
                }
            }
        }
    }
}
