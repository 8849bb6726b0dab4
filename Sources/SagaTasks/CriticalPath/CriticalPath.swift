/// What the time of a finished run was spent on: one way back from the end of the run to its beginning, without a gap.
///
/// Where the task on the way had been waiting, and was woken by another task of the run, the way goes on in that one; at the
/// beginning of a task it goes on in the one that made it. What no task of the run ended is a wait for something outside. The
/// rest is time in which the task ran, or was ready to.
struct CriticalPath {
    /// What is known of the tasks of a run.
    enum Note: Equatable {
        /// The task was made by `creator`.
        case created(task: UInt64, creator: UInt64, at: UInt64)
        /// It was blocked, until `waker` made it ready; 0: no task did.
        case waited(task: UInt64, waker: UInt64, from: UInt64, until: UInt64, scope: UInt32)
        /// It was in another step from then on.
        case entered(task: UInt64, scope: UInt32, at: UInt64)
    }

    /// What the time was spent on. Raw values are `saga.critical.wait`.
    enum Spending: String, CaseIterable {
        /// A task ran, or was ready to.
        case running
        /// Something outside of the run: a call, a timer, another saga's task.
        case external
    }

    struct Part: Hashable {
        let scope: UInt32
        let spending: Spending
    }

    /// In ns, for each part.
    private(set) var durations: [Part: UInt64] = [:]
    /// Whether the way reached the beginning on notes alone.
    private(set) var isComplete = true

    /// - Parameters:
    ///   - notes: of the run's tasks, in any order.
    ///   - task: the run's own.
    ///   - isCut: notes are missing.
    init(_ notes: [Note], of task: UInt64, from start: UInt64, until end: UInt64, isCut: Bool) {
        isComplete = !isCut
        var histories = Dictionary(grouping: notes, by: \.task).mapValues { $0.sorted { $0.time < $1.time } }
        var at = task
        var time = end
        // Each turn takes a note away, or ends.
        while time > start {
            while let last = histories[at]?.last, last.time > time { histories[at]?.removeLast() }
            guard let note = histories[at]?.popLast() else {
                // Nothing before: it was so from the beginning.
                if at != task { isComplete = false }
                add(scope(of: at, histories, at: time), .running, from: start, until: time)
                return
            }
            let begins = min(max(note.time, start), time)
            switch note {
            case .entered(_, let scope, _):
                add(scope, .running, from: begins, until: time)
                time = begins
            case .created(_, let creator, _):
                add(scope(of: creator, histories, at: begins), .running, from: begins, until: time)
                time = begins
                at = creator
            case .waited(_, let waker, let from, _, let scope):
                add(scope, .running, from: begins, until: time)
                time = begins
                if waker != at, histories[waker] != nil {
                    at = waker
                } else {
                    let began = min(max(from, start), time)
                    add(scope, .external, from: began, until: time)
                    time = began
                }
            }
        }
    }

    /// The step that a task was in, by what is left of its history.
    private func scope(of task: UInt64, _ histories: [UInt64: [Note]], at time: UInt64) -> UInt32 {
        for note in (histories[task] ?? []).reversed() where note.time <= time {
            switch note {
            case .entered(_, let scope, _), .waited(_, _, _, _, let scope): return scope
            case .created: continue
            }
        }
        return 0
    }

    private mutating func add(_ scope: UInt32, _ spending: Spending, from: UInt64, until: UInt64) {
        if until > from { durations[Part(scope: scope, spending: spending), default: 0] += until - from }
    }

    var total: UInt64 { durations.values.reduce(0, +) }

    /// The step with the largest share, what most of its time was spent on, and its time.
    var largest: (scope: UInt32, spending: Spending, duration: UInt64)? {
        let steps = Dictionary(grouping: durations, by: \.key.scope)
            .mapValues { parts in parts.reduce(0) { $0 + $1.value } }
        guard let step = steps.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
        let spending = Spending.allCases.max { left, right in
            durations[Part(scope: step.key, spending: left), default: 0]
                < durations[Part(scope: step.key, spending: right), default: 0]
        }
        return spending.map { (step.key, $0, step.value) }
    }
}

extension CriticalPath.Note {
    var task: UInt64 {
        switch self {
        case .created(let task, _, _), .waited(let task, _, _, _, _), .entered(let task, _, _): task
        }
    }

    /// When the task went on after it.
    var time: UInt64 {
        switch self {
        case .created(_, _, let time), .waited(_, _, _, let time, _), .entered(_, _, let time): time
        }
    }
}
