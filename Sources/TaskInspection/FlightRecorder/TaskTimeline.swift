/// Turns transitions into what a trace shows: on the track of each task, slices that follow each other, and arrows.
///
/// Fed in the order of time, it answers with marks in that order. Transitions of different threads may be noted in another
/// order than they happened: a task may be enqueued again before the thread that ran it has noted that it suspended.
struct TaskTimeline {
    /// What a slice shows.
    enum State: Sendable, Equatable {
        case ready
        /// On that thread.
        case running(UInt32)
        case blocked
    }

    /// An arrow, by its number; it begins on one track and ends on another.
    typealias Arrow = UInt64

    /// Something to draw on a task's track, at the time of the transition that led to it.
    enum Mark: Sendable, Equatable {
        /// The first of its task.
        case track(task: UInt64)
        /// - Parameter waker: the task that woke it, in which the arrow begins.
        case begin(task: UInt64, State, waker: UInt64?, Arrow?)
        case end(task: UInt64)
        /// In the track of the one that does it.
        case creates(task: UInt64, created: UInt64, Arrow)
        case wakes(task: UInt64, woken: UInt64, Arrow)
        /// In the track of the one to which it was done.
        case created(task: UInt64, creator: UInt64?, Arrow?)
        /// While it still runs.
        case woken(task: UInt64, waker: UInt64, Arrow)
        case labelled(task: UInt64, label: UInt32)
        case warned(task: UInt64, warning: UInt64)
    }

    private struct Task {
        var state: State?
        var label: UInt32
        /// Until its first slice, the task that created it: that one enqueues it too, which is no arrow of its own.
        var creator: UInt64?
        /// Enqueued while it runs: it is ready, not blocked, when it suspends.
        var isWoken = false
        var hasEnded = false
    }

    private var tasks: [UInt64: Task] = [:]
    private var arrows: Arrow = 0
    private let firstLabels: [UInt64: UInt32]

    /// - Parameter labels: what each task is known as to begin with: a later label is a mark, these are not.
    init(firstLabels: [UInt64: UInt32] = [:]) { self.firstLabels = firstLabels }

    /// The first label that each task is noted with.
    static func firstLabels(_ events: [FlightEvent]) -> [UInt64: UInt32] {
        var labels: [UInt64: UInt32] = [:]
        for event in events where event.label != 0 && labels[event.task] == nil { labels[event.task] = event.label }
        return labels
    }

    mutating func add(_ event: FlightEvent, _ draw: (Mark) -> Void) {
        guard event.task != 0 else { return }  // a job that is no task
        var task = seen(event.task, draw)
        // Of a thread that was slow to note; ids are never used again.
        guard !task.hasEnded else { return }
        if event.label != 0, event.label != task.label {
            task.label = event.label
            draw(.labelled(task: event.task, label: event.label))
        }
        switch event.kind {
        case .created: create(event, &task, draw)
        case .ready: wake(event, &task, draw)
        case .running: enter(.running(event.thread), event.task, &task, draw)
        case .blocked: suspend(event, &task, draw)
        case .ended:
            leave(event.task, &task, draw)
            task.hasEnded = true
        case .step: break
        case .warning: draw(.warned(task: event.task, warning: event.other))
        }
        tasks[event.task] = task
    }

    /// Ends what is still open, when the recording was taken.
    mutating func finish(_ draw: (Mark) -> Void) {
        for id in tasks.keys.sorted() {
            guard var task = tasks[id] else { continue }
            leave(id, &task, draw)
            tasks[id] = task
        }
    }

    // MARK: Transitions

    private mutating func create(_ event: FlightEvent, _ task: inout Task, _ draw: (Mark) -> Void) {
        guard event.other != 0, event.other != event.task else {
            return draw(.created(task: event.task, creator: nil, nil))
        }
        _ = seen(event.other, draw)
        task.creator = event.other
        arrows += 1
        draw(.creates(task: event.other, created: event.task, arrows))
        draw(.created(task: event.task, creator: event.other, arrows))
    }

    private mutating func wake(_ event: FlightEvent, _ task: inout Task, _ draw: (Mark) -> Void) {
        if task.state == .ready || task.isWoken { return }  // enqueued once more, with another priority
        let isRunning = if case .running = task.state { true } else { false }
        let isByItself = event.other == event.task
        let isByCreator = task.state == nil && task.creator == event.other
        var arrow: Arrow?
        if event.other != 0, !isByItself, !isByCreator {
            _ = seen(event.other, draw)
            arrows += 1
            arrow = arrows
            draw(.wakes(task: event.other, woken: event.task, arrows))
        }
        if isRunning {
            task.isWoken = true
            if let arrow { draw(.woken(task: event.task, waker: event.other, arrow)) }
        } else {
            enter(.ready, event.task, &task, waker: arrow == nil ? nil : event.other, arrow: arrow, draw)
        }
    }

    private func suspend(_ event: FlightEvent, _ task: inout Task, _ draw: (Mark) -> Void) {
        switch task.state {
        case .running(let thread):
            // Of an earlier run, whose thread was slow to note it.
            guard thread == event.thread else { return }
            enter(task.isWoken ? .ready : .blocked, event.task, &task, draw)
        case nil: enter(.blocked, event.task, &task, draw)
        case .ready, .blocked: break
        }
    }

    // MARK: Slices

    private func enter(
        _ state: State, _ id: UInt64, _ task: inout Task, waker: UInt64? = nil, arrow: Arrow? = nil,
        _ draw: (Mark) -> Void
    ) {
        leave(id, &task, draw)
        draw(.begin(task: id, state, waker: waker, arrow))
        task.state = state
        task.isWoken = false
    }

    private func leave(_ id: UInt64, _ task: inout Task, _ draw: (Mark) -> Void) {
        if task.state != nil { draw(.end(task: id)) }
        task.state = nil
        task.creator = nil
    }

    private mutating func seen(_ id: UInt64, _ draw: (Mark) -> Void) -> Task {
        if let task = tasks[id] { return task }
        let task = Task(label: firstLabels[id] ?? 0)
        tasks[id] = task
        draw(.track(task: id))
        return task
    }
}
