import Dispatch

/// Runs the pipeline on a thread of its own, so that a starved or blocked cooperative pool cannot stop telemetry from
/// leaving, and exporting takes no turn from the user's tasks.
final class PipelineExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "sagascope.pipeline", qos: .utility)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
