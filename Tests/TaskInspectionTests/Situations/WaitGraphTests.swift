import Synchronization
import TestSupport
import Testing

@testable import TaskInspection

struct WaitGraphTests {
    private func task(_ id: UInt64, _ kind: WaitTarget.Kind? = nil, _ targets: UInt64...) -> LiveTask {
        LiveTask(id: id, state: .blocked, waitsFor: kind.map { WaitTarget($0, tasks: targets) })
    }

    private func cycles(_ tasks: LiveTask...) -> [[UInt64]] { WaitGraph(tasks).cycles() }

    @Test func whoeverCanGoOnIsInNoCycle() {
        #expect(cycles().isEmpty)
        #expect(cycles(task(1, .task, 2), task(2, .task, 3), task(3, .continuation)).isEmpty)
        #expect(cycles(task(1, .task, 2), task(2, .timer)).isEmpty)
        #expect(cycles(task(1, .executor), task(2, .unknown), task(3)).isEmpty)
    }

    /// It may wait for whatever it likes.
    @Test func aTaskThatIsNotKnownCanGoOn() {
        #expect(cycles(task(1, .task, 7)).isEmpty)
        #expect(cycles(task(1, .task)).isEmpty)
        #expect(cycles(task(1, .group, 2, 7), task(2, .task, 1)).isEmpty)
    }

    @Test func cyclesAreToldInTheOrderOfWaiting() {
        #expect(cycles(task(1, .task, 1)) == [[1]])
        #expect(cycles(task(2, .task, 1), task(1, .task, 2)) == [[1, 2]])
        #expect(cycles(task(1, .task, 3), task(3, .task, 2), task(2, .task, 1)) == [[1, 3, 2]])
        #expect(
            cycles(task(1, .task, 2), task(2, .task, 1), task(9, .task, 4), task(4, .task, 9)) == [[1, 2], [4, 9]])
    }

    /// They are stuck, but not the reason.
    @Test func whoeverWaitsForACycleIsNotInIt() {
        #expect(cycles(task(1, .task, 2), task(2, .task, 3), task(3, .task, 2)) == [[2, 3]])
        #expect(cycles(task(5, .group, 1), task(1, .task, 2), task(2, .task, 1)) == [[1, 2]])
    }

    /// One child that ends is enough.
    @Test func aGroupIsStuckWhenAllItsChildrenAre() {
        #expect(cycles(task(1, .group, 2, 3), task(2, .task, 1), task(3, .continuation)).isEmpty)
        #expect(cycles(task(1, .group, 2, 3), task(2, .task, 1), task(3, .task, 4), task(4)).isEmpty)
        #expect(cycles(task(1, .group, 2, 3), task(2, .task, 1), task(3, .task, 1)) == [[1, 2]])
        #expect(cycles(task(1, .group, 2), task(2, .group, 3), task(3, .task, 1)) == [[1, 2, 3]])
        #expect(cycles(task(1, .group)).isEmpty)
    }

    @Test func aLongChainIsWalked() {
        let length: UInt64 = 100_000
        let chain = (1...length).map { task($0, .task, $0 + 1) }
        #expect(WaitGraph(chain + [task(length + 1)]).cycles().isEmpty)
        #expect(WaitGraph(chain + [task(length + 1, .task, 1)]).cycles() == [Array(1...(length + 1))])
    }

    /// In a process of their own, since nothing ends them.
    @Test func realTasksThatWaitForEachOther() async {
        await #expect(processExitsWith: .success) {
            try await withTaskTracking(.on) {
                let hold = Hold()
                let other = Mutex<Task<Void, Never>?>(nil)
                let first = Task(name: "one") {
                    await hold.pass()
                    await other.withLock { $0 }?.value
                }
                let second = Task(name: "two") { await first.value }
                other.withLock { $0 = second }
                let before = try await Sighting.of("two", waitingFor: .task)
                #expect(before.dump.cycles.isEmpty)
                hold.open()
                let stuck = try await Sighting.of("one", waitingFor: .task)
                #expect(stuck.dump.cycles == [[before.task.id, stuck.task.id].sorted()])
            }
        }
    }
}
