import Dispatch
import SagaInstrumentation
import SagaTasks
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

/// The wrappers change nothing that the user's code can see.
struct TransparencyTests {
    struct Declined: Error, Equatable { let code: Int }

    @Test(arguments: [Tracking.off, .on])
    func resultsPassThrough(tracking: Tracking) async throws {
        try await withTaskTracking(tracking) {
            let value = await withSaga("transparent") { await withStep("step") { 42 } }
            #expect(value == 42)
            // Not Sendable, and no copy is made.
            final class Box { var count = 0 }
            let box = Box()
            let same = await withSaga("transparent") {
                await withCompensation("step") {
                    box.count += 1
                    return box
                }
            }
            #expect(same === box && box.count == 1)
        }
    }

    /// Compiles only if the error's type is kept; checks that it is the very error.
    @Test(arguments: [Tracking.off, .on])
    func typedThrowsStayTyped(tracking: Tracking) async throws {
        try await withTaskTracking(tracking) {
            do throws(Declined) {
                try await withSaga("transparent") { () throws(Declined) in
                    try await withStep("step") { () throws(Declined) in
                        try await withCompensation("step") { () throws(Declined) in throw Declined(code: 51) }
                    }
                }
                Issue.record("nothing was thrown")
            } catch {
                #expect(error.code == 51)
            }
        }
    }

    @Test(arguments: [Tracking.off, .on])
    func theErrorIsTheUsersOwn(tracking: Tracking) async throws {
        final class Identity: Error {}
        let error = Identity()
        try await withTaskTracking(tracking) {
            let caught = await #expect(throws: Identity.self) {
                try await withSaga("transparent") { try await withStep("step") { throw error } }
            }
            #expect(caught === error)
        }
    }

    @MainActor @Test(arguments: [true, false])
    func isolationIsTheCallers(tracking: Bool) async throws {
        var count = 0
        try await withTaskTracking(tracking ? .on : .off) {
            try await withSaga("transparent") {
                MainActor.assertIsolated()
                count += 1
                try await withStep("step") {
                    MainActor.assertIsolated()
                    count += 1
                    try await Task.sleep(for: .microseconds(1))
                    MainActor.assertIsolated()
                }
            }
            MainActor.assertIsolated()
        }
        #expect(count == 2)
    }

    @Test func anActorStaysOnItself() async throws {
        actor Account {
            var balance = 0
            func deposit() async {
                await withSaga("transparent") {
                    await withStep("deposit") {
                        self.assertIsolated()
                        balance += 1
                        await Task.yield()
                        self.assertIsolated()
                    }
                    let task = SagaTask("after") {
                        self.assertIsolated()
                        balance += 1
                    }
                    await task.value
                }
            }
        }
        let account = Account()
        try await withTaskTracking(.on) { await account.deposit() }
        #expect(await account.balance == 2)
    }

    @Test(arguments: [TaskPriority.background, .medium, .high])
    func priorityIsTheCallers(priority: TaskPriority) async throws {
        try await withTaskTracking(.on) {
            let seen = await Task.detached(priority: priority) {
                await withSaga("transparent") { await withStep("step") { Task.currentPriority } }
            }.value
            // A task that is waited for may be raised, never lowered.
            #expect(seen >= priority)
        }
    }

    @Test func offMeansNoExecutor() async throws {
        func executor() -> Bool { withUnsafeCurrentTask { $0?.unownedTaskExecutor != nil } }
        try await withTaskTracking(.off) { await withSaga("transparent") { #expect(!executor()) } }
        try await withTaskTracking(.precise) { await withSaga("transparent") { #expect(executor()) } }
        #expect(!executor())
    }

    /// A task executor that the program chose stays.
    @Test func aChosenExecutorStays() async throws {
        try await withTaskTracking(.on) {
            let mine = MyExecutor()
            await withTaskExecutorPreference(mine) {
                await withSaga("transparent") {
                    await withStep("step") {
                        let executor = withUnsafeCurrentTask { $0?.unownedTaskExecutor }
                        #expect(executor == mine.asUnownedTaskExecutor())
                    }
                    // Spans inside a task of ours have a parent that exists, though the task is not tracked.
                    await SagaTask("untracked") { await withStep("inside") {} }.value
                }
            }
        }
    }

    private final class MyExecutor: TaskExecutor {
        private let queue = DispatchQueue(label: "mine")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    @Test(arguments: [Tracking.off, .on])
    func nothingBreaksOutsideASagaOrWithoutAPipeline(tracking: Tracking) async throws {
        try await withTaskTracking(tracking) {
            let value = await withStep("alone") { await withCompensation("alone") { 1 } }
            #expect(value == 1)
            try await withSagaTaskGroup { group in
                group.addStep("a") {}
                group.addTask("b") {}
            }
            #expect(await SagaTask("c") { 3 }.value == 3)
        }
    }
}
