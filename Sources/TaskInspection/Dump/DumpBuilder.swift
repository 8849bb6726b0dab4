internal import CSagascope

/// Makes a dump out of records and what was read of the tasks' objects.
struct DumpBuilder {
    private let now: UInt64
    private let names: [UInt64: String]
    private let runs: [UInt32: SagaRuns.Run]
    private let scopes = TaskScopes.all
    private var idsByAddress: [UInt64: UInt64] = [:]
    private var groupChildren: [UInt64: [UInt64]] = [:]
    private var stackPositions: [[UInt64]: StackPosition] = [:]
    private(set) var stacks: [[StackFrame]] = []
    private(set) var tasks: [LiveTask] = []

    /// - Parameter readings: of each record; none when nothing was read.
    init(
        _ records: [sgs_task], names: [UInt64: String], readings: [TaskReading?], now: UInt64,
        runs: [UInt32: SagaRuns.Run] = SagaRuns.all
    ) {
        self.now = now
        self.runs = runs
        self.names = names
        for record in records {
            idsByAddress[UInt64(UInt(bitPattern: record.address))] = record.id
            if record.has(SGS_TASK_IS_GROUP_CHILD) { groupChildren[record.parent, default: []].append(record.id) }
        }
        tasks.reserveCapacity(records.count)
        for (position, record) in records.enumerated() {
            tasks.append(task(record, readings.isEmpty ? nil : readings[position]))
        }
    }

    private mutating func task(_ record: sgs_task, _ reading: TaskReading?) -> LiveTask {
        let position = self.position(ofStack: reading?.frames ?? [])
        // What is no code was read while the task was somewhere else, where nobody saw it (on an actor), and it came back: as
        // if nothing had been read.
        let reading = position == .noCode ? nil : reading
        let state = self.state(record, reading)
        let stack = position.number
        var task = LiveTask(
            id: record.id, parent: record.parent == 0 ? nil : record.parent, name: names[record.id],
            kind: kind(record), saga: membership(record), state: state,
            stateAge: sgs_word_age(record.word, now), age: now > record.created ? now - record.created : 0,
            ready: record.ready, busy: record.busy, blocked: record.blocked, runs: record.runs, stack: stack)
        switch state {
        case .ready: task.ready += task.stateAge
        case .running: task.busy += task.stateAge
        case .blocked: task.blocked += task.stateAge
        }
        if let header = reading?.header {
            task.priority = UInt8(truncatingIfNeeded: header.status)
            task.isCancelled = header.status & UInt32(SGS_STATUS_CANCELLED) != 0
        }
        task.warnings = TaskWarning.told(of: record).map(\.rawValue)
        if state != .running { task.waitsFor = target(record, reading, stack) }
        return task
    }

    /// The object knows better: what happens on an actor is not seen.
    private func state(_ record: sgs_task, _ reading: TaskReading?) -> LiveTask.State {
        switch sgs_word_state(record.word) {
        case SGS_TASK_READY: return .ready
        case let known:
            guard !record.isSeenRunning else { return .running }
            guard let status = reading?.header.status else { return known == SGS_TASK_RUNNING ? .running : .blocked }
            if status & UInt32(SGS_STATUS_RUNNING) != 0 { return .running }
            return status & UInt32(SGS_STATUS_ENQUEUED) != 0 ? .ready : .blocked
        }
    }

    private func kind(_ record: sgs_task) -> LiveTask.Kind {
        if record.has(SGS_TASK_IS_ASYNC_LET) { return .asyncLet }
        return record.has(SGS_TASK_IS_GROUP_CHILD) ? .groupChild : .task
    }

    private func membership(_ record: sgs_task) -> SagaMembership? {
        guard record.run != 0, let run = runs[record.run] else { return nil }
        let scope = record.scope == 0 || record.scope > scopes.count ? nil : scopes[Int(record.scope) - 1]
        return SagaMembership(
            saga: run.saga, run: run.id, step: scope?.step, isOrphan: run.ended != nil)
    }

    /// Where a stack is in the dump.
    private enum StackPosition: Equatable {
        case at(Int)
        case empty
        /// Some of it lies outside of all code.
        case noCode

        var number: Int? { if case .at(let number) = self { number } else { nil } }
    }

    /// A stack is symbolized the first time it comes.
    private mutating func position(ofStack addresses: [UInt64]) -> StackPosition {
        guard !addresses.isEmpty else { return .empty }
        if let known = stackPositions[addresses] { return known }
        let frames = addresses.flatMap { StackSymbolizer.shared.frames(at: $0) }
        let position = frames.contains { $0.module == nil } ? StackPosition.noCode : .at(stacks.count)
        if position != .noCode { stacks.append(frames) }
        stackPositions[addresses] = position
        return position
    }

    private func target(_ record: sgs_task, _ reading: TaskReading?, _ stack: Int?) -> WaitTarget? {
        guard let reading else { return nil }
        switch (reading.waitsFor?.kind).map(Int.init) {
        case SGS_WAITS_FOR_TASK:
            guard let id = idsByAddress[reading.waitsFor?.on ?? 0] else { return WaitTarget(.task) }
            return WaitTarget(.task, tasks: [id])
        case SGS_WAITS_FOR_CONTINUATION:
            return WaitTarget(isTimer(stack) ? .timer : .continuation)
        case SGS_WAITS_FOR_GROUP: return WaitTarget(.group, tasks: groupChildren[record.id] ?? [])
        case SGS_WAITS_FOR_EXECUTOR: return WaitTarget(.executor, executor: ExecutorName.of(metadata: reading.executor))
        default: return sgs_word_state(record.word) == SGS_TASK_BLOCKED ? WaitTarget(.unknown) : nil
        }
    }

    /// A sleep is a continuation that a clock resumes: the innermost function tells.
    private func isTimer(_ stack: Int?) -> Bool {
        guard let stack else { return false }
        return stacks[stack].prefix(2).contains { frame in
            frame.isSystem && frame.function.map { $0.contains("sleep") || $0.contains("Sleep") } == true
        }
    }
}

/// The name of an actor's type.
enum ExecutorName {
    /// - Parameter metadata: as it was read of an object that was alive then; metadata itself lives for ever.
    static func of(metadata: UInt64) -> String? {
        guard metadata != 0, let pointer = UnsafeRawPointer(bitPattern: UInt(metadata)) else { return nil }
        return _typeName(unsafeBitCast(pointer, to: Any.Type.self), qualified: true)
    }
}
