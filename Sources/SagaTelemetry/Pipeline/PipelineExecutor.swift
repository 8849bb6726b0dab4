import Dispatch

/// Runs the pipeline, and keeps its time, on a thread of its own: a starved or blocked cooperative pool cannot stop telemetry
/// from leaving, and exporting takes no turn from the user's tasks.
package final class PipelineExecutor: TaskExecutor {
    package static let shared = PipelineExecutor()

    private let queue = DispatchQueue(label: "sagascope.pipeline", qos: .utility)

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Calls `body` once, on the pipeline's thread, unless the timer is cancelled before.
    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> PipelineTimer {
        PipelineTimer(queue, delay, body)
    }

    /// Waits on the pipeline's thread; false when the task was cancelled before the time was over.
    package func pause(for duration: Duration) async -> Bool {
        let gate = OneShot()
        let timer = schedule(after: duration) { gate.open(true) }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await gate.wait()
        } onCancel: {
            gate.open(false)
        }
    }
}

/// A one-shot timer of libdispatch. `Task.sleep` would not do: its wake-up goes through the cooperative pool.
final class PipelineTimer: @unchecked Sendable {
    // Unchecked: set in `init`, and libdispatch's sources may be cancelled from any thread.
    private let source: any DispatchSourceTimer

    fileprivate init(_ queue: DispatchQueue, _ delay: Duration, _ body: @escaping @Sendable () -> Void) {
        source = DispatchSource.makeTimerSource(queue: queue)
        source.schedule(deadline: .now() + .nanoseconds(Int(clamping: delay.wholeNanoseconds)))
        source.setEventHandler(handler: body)
        source.activate()
    }

    func cancel() { source.cancel() }

    deinit { source.cancel() }
}

extension Duration {
    /// Rounded towards zero; 0 for a negative duration, and at most some 292 years.
    package var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < Int64.max / 1_000_000_000 else { return UInt64(Int64.max) }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
