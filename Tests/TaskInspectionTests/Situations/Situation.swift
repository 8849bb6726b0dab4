import CSagascope
import SagaInstrumentation
import SagaTelemetry
import TaskInspection
import TestSupport
import Testing

/// A step of a saga in which a test makes tasks and leads them into the situation that it looks at.
struct Situation: Sendable {
    /// Keeps tasks where they are; open when the body of the situation has ended.
    let hold = Hold()
    /// The id of the task that runs the test.
    let test = sgs_current_task_id()
    let saga: SagaMembership
    /// Distinguishes this situation's tasks from those of other tests.
    private let number: UInt64

    private init(saga: SagaMembership) {
        self.saga = saga
        number = UInt64.random(in: 0...UInt64.max)
    }

    /// A task name that nobody else uses.
    func name(_ name: String) -> String { "\(name) \(number)" }

    /// - Parameter tracking: how tasks are seen.
    static func make(_ tracking: Tracking, _ body: (Situation) async throws -> Void) async throws {
        try await withTaskTracking(tracking) {
            try await withSaga("situations") {
                try await withStep("made") {
                    let run = try #require(SagaContext.current).runID
                    let situation = Situation(
                        saga: SagaMembership(saga: "situations", run: run.description, step: "made"))
                    defer { situation.hold.open() }
                    try await body(situation)
                }
            }
        }
    }
}

/// One task in one dump.
struct Sighting: Sendable {
    let dump: TaskDump
    let task: LiveTask

    /// Innermost first.
    var stack: [StackFrame] { task.stack.map { dump.stacks[$0] } ?? [] }

    /// Dumps until a task is as wanted.
    static func of(_ what: String, where matches: (LiveTask) -> Bool) async throws -> Sighting {
        try await eventually("\(what) is seen", every: .milliseconds(2)) {
            let dump = TaskInspector.dump()
            return dump.tasks.first(where: matches).map { Sighting(dump: dump, task: $0) }
        }
    }

    /// The task of this name, as soon as it waits for a thing of this kind.
    static func of(_ name: String, waitingFor kind: WaitTarget.Kind) async throws -> Sighting {
        try await of("\(name), waiting for \(kind)") { $0.name == name && $0.waitsFor?.kind == kind }
    }

    static func isGone(_ id: UInt64) -> Bool { !TaskInspector.dump().tasks.contains { $0.id == id } }

    // MARK: expectations

    /// A suspended task's times, and what its innermost function of ours is.
    func expect(
        _ state: LiveTask.State = .blocked, in function: String, line: Int? = nil,
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(task.state == state, sourceLocation: location)
        expectTimesAddUp(location: location)
        let top = stack.topUserFrame
        #expect(top?.function?.contains(function) == true, "\(described)", sourceLocation: location)
        #if DEBUG
        guard let line else { return }
        #expect(top?.file?.hasSuffix(".swift") == true && top?.line == line, "\(described)", sourceLocation: location)
        #endif
    }

    /// Every moment of a task's life is counted for one state. Times are kept in units of 16 ns.
    func expectTimesAddUp(location: SourceLocation = #_sourceLocation) {
        let sum = task.ready + task.busy + task.blocked
        let (least, greatest) = (min(sum, task.age), max(sum, task.age))
        // Processors' clocks may disagree by as much at each change of state.
        let tolerance = UInt64(1000) * UInt64(task.runs + 1)
        #expect(greatest - least <= tolerance, "\(sum) of \(task.age)", sourceLocation: location)
        #expect(task.stateAge <= task.age + 16, sourceLocation: location)
    }

    /// Nothing runs backwards, and the state goes on.
    func expectIsContinued(by later: Sighting, location: SourceLocation = #_sourceLocation) {
        #expect(later.task.id == task.id && later.task.state == task.state, sourceLocation: location)
        #expect(later.task.ready >= task.ready && later.task.busy >= task.busy, sourceLocation: location)
        #expect(later.task.blocked > task.blocked && later.task.age > task.age, sourceLocation: location)
        #expect(later.task.stateAge > task.stateAge && later.task.runs == task.runs, sourceLocation: location)
        later.expectTimesAddUp(location: location)
    }

    private var described: String {
        stack.map { "\($0.function ?? "?") \($0.file ?? "?"):\($0.line ?? 0)" }.joined(separator: " <- ")
    }
}
