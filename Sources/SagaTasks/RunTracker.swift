import CSagascope
import SagaTelemetry
import TaskInspection

/// One saga run in the table of tasks: the run's task, its children, and whatever they create belong to it.
public final class RunTracker: Sendable {
    /// Stands for the run in the tasks' records.
    public let handle: UInt32
    /// Where the run's tasks shall run; nil where they run anyway.
    public let executor: SagaTaskExecutor?
    private let base: TaskInstruments
    /// `saga.run.id`
    private let id: String

    private init(handle: UInt32, id: String, executor: SagaTaskExecutor?, saga: String) {
        self.handle = handle
        self.id = id
        self.executor = executor
        base = TaskInstruments.of(saga: saga, step: nil)
    }

    /// The tracker for a new run. nil while tracking is off, and in a task that the program itself put onto an executor:
    /// its choice stands, and the run is not tracked.
    /// - Parameter id: `saga.run.id`
    public static func forRun(of saga: String, id: String) -> RunTracker? {
        guard TaskTracking.isEnabled else { return nil }
        let chosen = withUnsafeCurrentTask { $0?.unownedTaskExecutor }
        let ours = SagaTaskExecutor.shared
        guard chosen == nil || chosen == ours.asUnownedTaskExecutor() else { return nil }
        guard let handle = SagaRuns.open(SagaRuns.Run(saga: saga, id: id)) else { return nil }
        // A run inside a run goes on where it is.
        return RunTracker(
            handle: handle, id: id, executor: TaskTracking.usesExecutor || chosen != nil ? ours : nil, saga: saga)
    }

    /// What its tasks' times count for outside of steps.
    public var scope: UInt32 { base.scope }

    public func scope(ofStep name: String) -> UInt32 { TaskInstruments.of(saga: base.saga, step: name).scope }

    // MARK: called by the instrumentation, in the task concerned

    /// What the current task belonged to before it became the run's.
    public struct Place: Sendable {
        fileprivate let id: UInt64
        fileprivate let run: UInt32
        fileprivate let scope: UInt16
        fileprivate let flags: UInt8
        fileprivate let context: TraceContext?
        fileprivate let entered: UInt64
        /// It has a record only because of us.
        fileprivate let isNew: Bool

        /// What a task's times count for.
        public struct Scope: Sendable {
            fileprivate let number: UInt16
            /// The task is inside of it itself, and was not just made there.
            fileprivate let isEntered: Bool
        }
    }

    /// The current task is the run's own, until it leaves.
    /// - Parameter span: the run's span, which what is told of this task belongs to.
    public func enter(span: TraceContext) -> Place? {
        var isNew: Int32 = 0
        guard let task = sgs_tasks_adopt_current(&isNew) else { return nil }
        let place = Place(
            id: task.pointee.id, run: task.pointee.run, scope: task.pointee.scope, flags: task.pointee.flags,
            context: task.context, entered: sgs_recording_ns(), isNew: isNew != 0)
        sgs_run_joined(handle)
        task.context = span
        task.set(SGS_TASK_IS_NAMED)
        sgs_task_set_run(task, handle)
        Self.change(task, to: Place.Scope(number: UInt16(truncatingIfNeeded: base.scope), isEntered: true))
        return place
    }

    /// - Returns: what the run's time was spent on, where that is known.
    @discardableResult public func leave(_ place: Place?) -> CriticalTime? {
        guard let place else { return nil }
        defer { SagaRuns.leave(handle) }
        guard let task = sgs_tasks_find(place.id) else { return nil }
        let now = sgs_recording_ns()
        base.lifetime.record(nanoseconds: now.elapsed(since: place.entered))
        PlainChildren.finish(of: place.id)
        task.context = place.context
        if place.flags & UInt8(SGS_TASK_IS_NAMED) == 0 { task.unset(SGS_TASK_IS_NAMED) }
        sgs_task_set_run(task, place.run)
        Self.change(
            task, to: Place.Scope(number: place.scope, isEntered: place.flags & UInt8(SGS_TASK_IN_STEP) != 0))
        // Nothing would tell its end.
        if place.isNew, !task.has(SGS_TASK_HAS_END) { sgs_tasks_remove(task) }
        return criticalTime(of: place, until: now)
    }

    private func criticalTime(of place: Place, until now: UInt64) -> CriticalTime? {
        guard now.elapsed(since: place.entered) >= CriticalTime.least else { return nil }
        let (notes, isCut) = RunNotes.all(of: handle)
        return CriticalTime.record(
            CriticalPath(notes, of: place.id, from: place.entered, until: now, isCut: isCut))
    }

    /// While the current task is inside the step, its times count for it.
    /// - Returns: what they counted for, to be handed to ``leaveStep(_:)``.
    public static func enterStep(_ scope: UInt32) -> Place.Scope? {
        guard let task = sgs_tasks_current() else { return nil }
        let before = Place.Scope(number: task.pointee.scope, isEntered: task.has(SGS_TASK_IN_STEP))
        change(task, to: Place.Scope(number: UInt16(truncatingIfNeeded: scope), isEntered: true))
        return before
    }

    public static func leaveStep(_ before: Place.Scope?) {
        guard let before, let task = sgs_tasks_current() else { return }
        change(task, to: before)
    }

    private static func change(_ task: TaskRecord, to scope: Place.Scope) {
        let now = sgs_recording_ns()
        sgs_tasks_set_scope(task, UInt32(scope.number), now)
        if scope.isEntered { task.set(SGS_TASK_IN_STEP) } else { task.unset(SGS_TASK_IN_STEP) }
        RunNotes.entered(task.pointee, at: now)
    }

    /// A compensation of the step has closed: tasks that were made in it should be gone.
    public func noteCompensated(_ scope: UInt32) { CompensatedSteps.note(run: handle, scope: scope) }

    /// The body of a task that a wrapper of ours started is over: records its lifetime and span.
    /// - Parameters:
    ///   - identity: what it was created as, and when, on the recording clock, in which span.
    ///   - error: its type.
    public func endCurrentTask(
        _ identity: TaskIdentity, created: UInt64, creator: TraceContext, error: String? = nil
    ) {
        let now = sgs_recording_ns()
        let task = sgs_tasks_current()
        TaskSpan(
            name: identity.name, context: identity.span, parent: creator, instruments: base, id: sgs_current_task_id(),
            created: created, ended: now, times: task.map { TaskTimes($0.pointee, at: now) }, error: error
        ).record()
        guard let task else { return }
        base.lifetime.record(nanoseconds: now.elapsed(since: created))
        if !task.has(SGS_TASK_HAS_END) { sgs_tasks_note_ended(task) }
    }

    /// What the current task is about to wait for; `.unknown` when the wait is over.
    public static func willWait(for reason: BlockReason) {
        guard TaskTracking.isEnabled else { return }
        sgs_tasks_set_reason(UInt8(BlockReason.allCases.firstIndex(of: reason) ?? 0))
    }

    // MARK: failure

    /// An error has arisen in the run: its tasks as they are now, for ``fail(_:looked:)``.
    /// - Returns: nil when nothing would be written of it now.
    public func look() -> FailureLook? { FailureLook.take(of: handle) }

    /// The run has failed: writes what it did, where files are kept. Never waits.
    /// - Parameters:
    ///   - result: `saga.result`
    ///   - step: in which the error arose.
    ///   - looked: its tasks when the error arose; those that are left, when nobody looked then.
    public func fail(_ result: String, step: String?, errorType: String?, message: String?, looked: FailureLook?) {
        guard FailureFiles.isReady, let look = looked ?? look() else { return }
        FailureFiles.write(
            SagaFailure(
                saga: base.saga, run: id, step: step, errorType: errorType, message: message, result: result,
                leftOut: look.snapshot.leftOut),
            look)
    }

    /// The run is over; tasks that outlive it stay its tasks.
    public func close() { SagaRuns.close(handle) }
}
