import SagaTelemetry
import ServiceContextModule

/// A leaf span in a task that runs under a span: its parent is found, nothing is bound.
final class SpanLeaf: SpanBench {
    let recorder: Recorder
    private let workload = SpanFloor.workload
    private let surrounding: ServiceContext?

    /// - Parameter isMirrored: the surrounding span is bound in the ecosystem's context too, as inside of a saga's step.
    init(_ recorder: Recorder, isMirrored: Bool) {
        self.recorder = recorder
        var mirror = ServiceContext.topLevel
        mirror.traceContext = SpanWorkload.parent
        surrounding = isMirrored ? mirror : nil
    }

    func record(_ meter: inout Meter) async {
        TraceContext.$current.withValue(SpanWorkload.parent) {
            ServiceContext.$current.withValue(surrounding) {
                recordBound(&meter)
            }
        }
    }

    private func recordBound(_ meter: inout Meter) {
        let workload = workload
        meter.measure {
            for _ in 0..<operations {
                withLeafSpan(SpanWorkload.name) { workload.fill(&$0) }
            }
        }
    }
}
