import SagaTelemetry

/// A scope around async code in a task: the parent is found, and the span bound as the parent of what is inside.
final class SpanWithSpan: SpanBench {
    let recorder: Recorder
    private let workload = SpanFloor.workload

    init(_ recorder: Recorder) { self.recorder = recorder }

    func record(_ meter: inout Meter) async {
        let workload = workload
        let operations = operations
        await TraceContext.$current.withValue(SpanWorkload.parent) {
            await meter.measureAsync {
                for _ in 0..<operations {
                    await withTraceSpan(SpanWorkload.name) { (span: inout TraceSpan) async in workload.fill(&span) }
                }
            }
        }
    }
}
