import CSagascope
import SagaTasks
import SagaTelemetry
import ServiceContextModule

/// What a wrapper of ours knows when it creates a task, and does around the task's body.
///
/// The task's span is begun by nobody: it is written by the tracker when the task has ended, under the identity that is
/// bound here, so that the spans inside become its children. Without a tracker there is no task span.
struct TaskLaunch: Sendable {
    let name: String
    private let run: SagaRun?
    private let identity: TaskIdentity?
    private let created: UInt64
    private let creator: TraceContext?

    /// In the creating task.
    init(_ name: String, mayOutliveSaga: Bool = false) {
        self.name = name
        run = SagaRun.current
        created = sgs_recording_ns()
        creator = TraceContext.active
        guard let run, run.tracker != nil, let parent = creator else {
            identity = nil
            return
        }
        let place = run.begin(name, attempt: 1, kind: .task)
        identity = TaskIdentity(
            name: name, span: .starting(place.span, below: parent), mayOutliveSaga: mayOutliveSaga)
    }

    private var tracker: RunTracker? { run?.tracker }

    /// Where the task shall run, if that is of account.
    var executor: SagaTaskExecutor? { tracker?.executor }

    /// What stands between the two calls creates the task, so that the tracker knows it from the start.
    func begin() { identity?.beginLaunch() }
    func end() { identity?.endLaunch() }

    /// In the created task.
    func run<Value: Sendable, Failure: Error>(
        _ body: @isolated(any) () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard let tracker, let identity, let creator else { return try await body() }
        let span = identity.span
        var mirror = ServiceContext.current ?? .topLevel
        mirror.traceContext = span
        let result = await TraceContext.$current.withValue(span) {
            await ServiceContext.$current.withValue(mirror) {
                await outcome { () async throws(Failure) -> Value in try await body() }
            }
        }
        tracker.endCurrentTask(
            identity, created: created, creator: creator,
            error: result.failure.map { ErrorClassification($0).errorType })
        return try result.get()
    }
}
