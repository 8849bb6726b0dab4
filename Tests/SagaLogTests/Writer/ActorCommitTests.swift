import Dispatch
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

@Suite struct ActorCommitTests {
    /// One whose thread can be kept busy.
    private actor Clerk {
        private let desk = Desk()
        nonisolated var unownedExecutor: UnownedSerialExecutor { desk.asUnownedSerialExecutor() }

        func commit(_ run: LogRun) async throws {
            try await run.commit(.note, name: "from an actor")
            dispatchPrecondition(condition: .onQueue(desk.queue))
        }

        /// Keeps it busy until the semaphore is signalled.
        nonisolated func occupy(until isOver: DispatchSemaphore) { desk.queue.async { isOver.wait() } }
    }

    private final class Desk: SerialExecutor {
        let queue = DispatchQueue(label: "clerk")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }

    /// Waiters that are resumed wake others in turn: one that goes on in a busy actor must not be among those.
    @Test func aBusyActorHoldsNobodyUp() async throws {
        try await withLog { log in
            for _ in 0..<20 {
                let (clerk, isOver) = (Clerk(), DispatchSemaphore(value: 0))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<16 { group.addTask { try await clerk.commit(log.run(.random())) } }
                    try await withThrowingTaskGroup(of: Void.self) { others in
                        for index in 0..<64 {
                            others.addTask { _ = try await log.run(.random()).commit(.note, name: "beside") }
                            if index == 32 { clerk.occupy(until: isOver) }
                        }
                        try await others.waitForAll()
                    }
                    isOver.signal()
                    try await group.waitForAll()
                }
            }
        }
    }
}
