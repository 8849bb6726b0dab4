import SagaLog

/// Where a run of a saga stands, as its records, one after the other, say; and which record may come next.
///
/// There is one in memory, and one can be made from the log at any time: the two are compared. It knows no time, no task and
/// no log.
package struct RunMachine: Sendable, Hashable {
    package enum Phase: String, Sendable, Hashable, Codable {
        case pending, forward, undoing, suspended, closed
    }

    package enum StepState: String, Sendable, Hashable, Codable {
        case idle
        /// Its outcome is not known (yet).
        case started
        case committed
        /// For good, and perhaps it was done all the same.
        case failed
        /// For good, and it was certainly not done.
        case refused
        case undoing
        case undone
        /// Its compensation has given up: a dead letter.
        case stuck
        /// Somebody has undone it by hand.
        case resolved
    }

    package struct Step: Sendable, Hashable {
        package internal(set) var state = StepState.idle
        /// Of the step, and of its compensation.
        package internal(set) var attempt = 0
        package internal(set) var undoAttempt = 0
    }

    package internal(set) var phase = Phase.pending
    package internal(set) var steps: [Step]
    /// How many records it has.
    package internal(set) var records: UInt32 = 0
    /// How often somebody went on with it: after a crash, or to try its dead letters again.
    package internal(set) var resumed = 0

    package init(steps: Int) { self.steps = [Step](repeating: Step(), count: steps) }

    /// `saga.run.state`.
    package var state: RunState {
        switch phase {
        case .pending: .pending
        case .forward: .running
        case .undoing: .compensating
        case .suspended: .suspended
        case .closed: .closed
        }
    }

    package func steps(in state: StepState) -> [Int] { steps.indices.filter { steps[$0].state == state } }

    // MARK: what is left to be done

    /// Whether all that a step waits for has been committed.
    package func isReady(_ step: Int, in graph: StepGraph) -> Bool {
        graph.dependencies[step].allSatisfy { steps[$0].state == .committed }
    }

    /// Whether a step has to be undone before the run can be closed.
    package func needsUndo(_ step: Int, in graph: StepGraph) -> Bool {
        guard graph.isCompensable[step] else { return false }
        switch steps[step].state {
        case .committed, .failed, .started, .undoing: return true
        case .idle, .refused, .undone, .stuck, .resolved: return false
        }
    }

    /// Of each step, whether something that came after it is left to be undone. A step that cannot be undone itself holds up
    /// those before it while one after it is left.
    package func heldUpUndo(in graph: StepGraph) -> [Bool] {
        var isHeldUp = [Bool](repeating: false, count: steps.count)
        for step in graph.order.reversed() {
            isHeldUp[step] = graph.dependents[step].contains { isHeldUp[$0] || needsUndo($0, in: graph) }
        }
        return isHeldUp
    }
}
