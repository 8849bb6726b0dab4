import CSagascope
import SagaTasks
import SagaTelemetry

/// Looks at every open run now and then and tells what no code inside the run can tell: that it is still there, and which
/// of its tasks has been blocked for long.
public struct RunMonitor: Sendable {
    private let period: Duration
    private let firstHeartbeat: UInt64 = 5_000_000_000
    private let heartbeatInterval: UInt64 = 30_000_000_000

    /// Looking at tasks takes at most one part in so many of the time of one processor.
    private let idleShare: UInt64 = 50
    /// Whatever that comes to, an orphan is found within a second.
    private let longestPause: UInt64 = 600_000_000

    public init(period: Duration = .milliseconds(250)) { self.period = period }

    /// Registers the gauges that tell of open runs and live tasks.
    public static func observe() { LiveRuns.observe }

    /// Runs until its task is cancelled; on the pipeline's thread, so that it sees a starved pool from outside.
    public func run() async {
        Self.observe()
        await withTaskExecutorPreference(PipelineExecutor.shared) {
            var nextHeartbeat: [ObjectIdentifier: UInt64] = [:]
            var nextLook: UInt64 = 0
            while await PipelineExecutor.shared.pause(for: period) {
                let now = sgs_monotonic_ns()
                if now >= nextLook { nextLook = now + min(TaskWatch.look() * idleShare, longestPause) }
                sendHeartbeats(&nextHeartbeat, now: now)
            }
        }
    }

    private func sendHeartbeats(_ nextHeartbeat: inout [ObjectIdentifier: UInt64], now: UInt64) {
        var due: [ObjectIdentifier: UInt64] = [:]
        for run in LiveRuns.shared.runs {
            let key = ObjectIdentifier(run)
            var next = nextHeartbeat[key] ?? run.started + firstHeartbeat
            if now >= next {
                run.emitHeartbeat(at: now)
                next = now + heartbeatInterval
            }
            due[key] = next
        }
        nextHeartbeat = due
    }
}

extension SagaRun {
    fileprivate func emitHeartbeat(at now: UInt64) {
        TelemetryEvent.emit(EventCatalogue.runHeartbeat, context: trace) { event in
            event.set("saga.name", saga)
            event.set("saga.run.id", idText)
            event.set("saga.run.state", isCompensating ? "compensating" : "running")
            event.set("saga.run.age", Double(now &- started) * 1e-9)
            event.set("saga.run.progress.age", Double(now &- min(now, lastProgress)) * 1e-9)
        }
    }
}
