import Dispatch
import Synchronization
import TaskInspection
import TestSupport
import Testing

/// Tasks on actors and on executors of the program.
struct ExecutorTests {
    private actor Account {
        private var visits = 0

        /// Changes something, so that the optimizer leaves the visit where it is.
        @inline(never) func visit() { visits += 1 }

        @inline(never) func parksInside(_ hold: Hold) async {
            await withCheckedContinuation { hold.keep($0) }
            blackHole()
        }
        static let parkingLine = #line - 3

        /// Keeps the actor, and the thread, until told.
        func isKept(_ entered: Hold, until end: DispatchSemaphore) {
            entered.open()
            end.wait()
        }
    }

    @Test(arguments: [Tracking.on, .precise])
    func aTaskInsideAnActor(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let (name, account) = (situation.name("inside"), Account())
            let task = Task(name: name) { await account.parksInside(situation.hold) }
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            seen.expect(in: "parksInside", line: Account.parkingLine)
            #expect(seen.task.saga == situation.saga && seen.task.parent == situation.test)
            seen.expectIsContinued(by: try await Sighting.of(name, waitingFor: .continuation))
            situation.hold.open()
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

    /// The actor is kept by a task on a thread that is not the pool's.
    @Test(arguments: [Tracking.on, .precise])
    func aTaskThatWaitsForItsTurnOnAnActor(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let (name, account) = (situation.name("next"), Account())
            let (entered, end) = (Hold(), DispatchSemaphore(value: 0))
            let keeper = Task(executorPreference: OwnQueue()) { await account.isKept(entered, until: end) }
            let leave = Mutex<Bool>(false)
            defer { if !leave.withLock({ $0 }) { end.signal() } }
            await entered.pass()
            let task = Task(name: name) { await visits(account) }
            let seen = try await Sighting.of(name, waitingFor: .executor)
            seen.expect(.ready, in: "visits", line: Self.visitingLine)
            #expect(seen.task.waitsFor?.executor?.hasSuffix("Account") == true)
            leave.withLock { $0 = true }
            end.signal()
            await keeper.value
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

    @inline(never) private func visits(_ account: Account) async {
        await account.visit()
        blackHole()
    }
    private static let visitingLine = #line - 3

    /// A serial executor of the program, which runs what it holds only when the test says so.
    @Test(arguments: [Tracking.on, .precise])
    func aTaskOnAnExecutorOfTheProgram(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let (name, clerk) = (situation.name("on an executor"), Clerk())
            defer { clerk.queue.start() }
            let task = Task(name: name) { await clerk.parksInside(situation.hold) }
            let waiting = try await Sighting.of(name, waitingFor: .executor)
            #expect(waiting.task.state == .ready)
            #expect(waiting.task.waitsFor?.executor?.hasSuffix("StoppedQueue") == true)
            waiting.expectTimesAddUp()
            clerk.queue.start()
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            seen.expect(in: "parksInside", line: Clerk.parkingLine)
            #expect(seen.task.id == waiting.task.id)
            situation.hold.open()
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

    private actor Clerk {
        let queue = StoppedQueue()
        nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

        @inline(never) func parksInside(_ hold: Hold) async {
            await withCheckedContinuation { hold.keep($0) }
            blackHole()
        }
        static let parkingLine = #line - 3
    }

    private final class StoppedQueue: SerialExecutor {
        private let queue = DispatchQueue(label: "stopped")
        private let isStopped = Mutex(true)

        init() { queue.suspend() }

        func start() {
            isStopped.withLock { isStopped in
                if isStopped { queue.resume() }
                isStopped = false
            }
        }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }

    private final class OwnQueue: TaskExecutor {
        private let queue = DispatchQueue(label: "own")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    @Test(arguments: [Tracking.on, .precise])
    func aTaskOnTheMainActor(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let name = situation.name("on main")
            let task = Task(name: name) { await parksOnMain(situation.hold) }
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            seen.expect(in: "parksOnMain", line: Self.mainLine)
            #expect(seen.task.saga == situation.saga && seen.task.parent == situation.test)
            situation.hold.open()
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

    @MainActor @inline(never) private func parksOnMain(_ hold: Hold) async {
        await withCheckedContinuation { hold.keep($0) }
        blackHole()
    }
    private static let mainLine = #line - 3
}
