import SagaLog
import Testing

@testable import SagaRuntime

/// Row 2.1: a step begins only after the commits of those before it; three verdicts; looked at before and after the wait.
@Suite struct LaunchGateTests {
    private let graph: StepGraph

    init() throws {
        graph = try StepGraph(
            names: ["first", "second"], dependencies: [[], [0]], isCompensable: [true, true])
    }

    private func view(
        _ states: [RunMachine.StepState], version: UInt32 = 2, isCancelled: Bool = false, isOverDeadline: Bool = false
    ) -> LaunchGate.View {
        var machine = RunMachine(steps: 2)
        machine.phase = .forward
        for (index, state) in states.enumerated() { machine.steps[index].state = state }
        return LaunchGate.View(
            machine: machine, version: version, isCancelled: isCancelled, isOverDeadline: isOverDeadline)
    }

    @Test("2.1 At once: a step that waits for nothing")
    func immediate() {
        var gate = LaunchGate(graph: graph, version: 2)
        #expect(gate.admit(0, view([.idle, .idle]), now: 0) == .start(LaunchGate.Pass(step: 0, version: 2)))
        // Once: two who ask at the same time do not begin it twice.
        #expect(gate.admit(0, view([.idle, .idle]), now: 0) == .reject(.duplicate))
    }

    @Test("2.1 Delayed: until the step before it is committed, and the time is known")
    func delayed() {
        var gate = LaunchGate(graph: graph, version: 2)
        #expect(gate.admit(1, view([.started, .idle]), now: 100) == .wait(on: [0]))
        #expect(gate.admit(1, view([.started, .idle]), now: 200) == .wait(on: [0]))
        #expect(gate.admit(1, view([.committed, .idle]), now: 300) == .start(LaunchGate.Pass(step: 1, version: 2)))
        #expect(gate.waited(1, now: 300) == 200 && gate.waited(1, now: 400) == nil)
    }

    @Test("2.1 Refused: cancelled, over its deadline, of no version, of another version, after a step that failed")
    func refused() {
        func verdict(_ view: LaunchGate.View, version: UInt32 = 2) -> LaunchGate.Verdict {
            var gate = LaunchGate(graph: graph, version: version)
            return gate.admit(1, view, now: 0)
        }
        let done: [RunMachine.StepState] = [.committed, .idle]
        #expect(verdict(view(done, isCancelled: true)) == .reject(.cancelled))
        #expect(verdict(view(done, isOverDeadline: true)) == .reject(.deadline))
        #expect(verdict(view(done, version: 0), version: 0) == .reject(.versionInvalid))
        #expect(verdict(view(done, version: 3)) == .reject(.versionInvalid))
        for state in [.failed, .refused, .undone] as [RunMachine.StepState] {
            #expect(verdict(view([state, .idle])) == .reject(.previousUncommitted))
        }
        #expect(verdict(view([.committed, .committed])) == .reject(.duplicate))
    }

    @Test("2.1 Looked at again: what changed while the commit was awaited is found")
    func lookedAtAgain() {
        var gate = LaunchGate(graph: graph, version: 2)
        let done: [RunMachine.StepState] = [.committed, .idle]
        guard case .start(let pass) = gate.admit(1, view(done), now: 0) else {
            Issue.record("not let through")
            return
        }
        #expect(gate.confirm(pass, view(done)) == nil)
        #expect(gate.confirm(pass, view(done, isCancelled: true)) == .cancelled)
        #expect(gate.confirm(pass, view(done, isOverDeadline: true)) == .deadline)
        #expect(gate.confirm(pass, view(done, version: 3)) == .versionInvalid)
        // Let through in expectation of a commit that never came.
        #expect(gate.confirm(pass, view([.started, .idle])) == .previousUncommitted)
    }
}
