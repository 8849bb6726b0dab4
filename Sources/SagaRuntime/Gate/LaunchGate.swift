import SagaLog

/// Decides whether a step may begin. A value: whoever has it calls it under his own lock.
///
/// A step begins when every step that it waits for is committed *and durable*, when the run is neither cancelled nor over its
/// deadline, and when the definition's version is what it was: looked at before what has to be awaited, and again after it,
/// since anything may have happened meanwhile.
package struct LaunchGate: Sendable {
    package enum Verdict: Sendable, Hashable {
        case start(Pass)
        /// For the commits of these steps.
        case wait(on: [Int])
        case reject(Rejection)
    }

    /// `saga.step.gate.reason`.
    package enum Rejection: String, Sendable, Hashable, CaseIterable, Error {
        case cancelled
        case previousUncommitted = "previous_uncommitted"
        case versionInvalid = "version_invalid"
        case deadline
        case duplicate
        case capacity
    }

    /// What a step was let through with.
    package struct Pass: Sendable, Hashable {
        package let step: Int
        package let version: UInt32
    }

    /// What the gate looks at.
    package struct View: Sendable {
        package var machine: RunMachine
        /// Of the definition that the run goes by.
        package var version: UInt32
        package var isCancelled: Bool
        package var isOverDeadline: Bool
    }

    private let graph: StepGraph
    private let version: UInt32
    private var admitted: Set<Int> = []
    /// When each that has to wait was first told so, in ns.
    private var waitingSince: [Int: UInt64] = [:]

    package init(graph: StepGraph, version: UInt32) {
        self.graph = graph
        self.version = version
    }

    /// Before the commits that it waits for are durable, or after.
    package mutating func admit(_ step: Int, _ view: View, now: UInt64) -> Verdict {
        // Begun by somebody else already.
        guard !admitted.contains(step), [.idle, .started].contains(view.machine.steps[step].state) else {
            return .reject(.duplicate)
        }
        if let rejection = rejection(view) { return .reject(rejection) }
        let missing = graph.dependencies[step].filter { view.machine.steps[$0].state != .committed }
        guard missing.isEmpty else {
            let isHopeless = missing.contains {
                [.failed, .refused, .undoing, .undone].contains(view.machine.steps[$0].state)
            }
            if isHopeless {
                return .reject(.previousUncommitted)
            }
            if waitingSince[step] == nil { waitingSince[step] = now }
            return .wait(on: missing)
        }
        admitted.insert(step)
        return .start(Pass(step: step, version: view.version))
    }

    /// After them: the last look before the step's body.
    /// - Returns: why it may not begin after all.
    package func confirm(_ pass: Pass, _ view: View) -> Rejection? {
        if let rejection = rejection(view) { return rejection }
        guard pass.version == view.version else { return .versionInvalid }
        guard view.machine.isReady(pass.step, in: graph) else { return .previousUncommitted }
        return nil
    }

    /// How long a step was kept waiting, in ns; nil if it was not.
    package mutating func waited(_ step: Int, now: UInt64) -> UInt64? {
        waitingSince.removeValue(forKey: step).map { now &- min(now, $0) }
    }

    private func rejection(_ view: View) -> Rejection? {
        if view.version == 0 || view.version != version { return .versionInvalid }
        if view.isCancelled { return .cancelled }
        if view.isOverDeadline { return .deadline }
        return nil
    }
}
