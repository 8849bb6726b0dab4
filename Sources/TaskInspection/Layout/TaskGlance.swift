internal import CSagascope

/// What little of a task's object says whether the rest is worth reading. Of a task that goes on meanwhile it may be wrong.
struct TaskGlance {
    let isCancelled: Bool
    fileprivate(set) var waitsFor: WaitTarget.Kind?
    /// The task it waits for.
    fileprivate(set) var target: UInt64?
    /// Its continuation is resumed on an actor itself, which is not seen. Mostly the pool resumes it, and it goes on to its actor
    /// from there.
    fileprivate(set) var resumesOnActor = false

    /// - Returns: for each record a glance; nil for a task that is gone.
    static func read(_ records: [sgs_task]) -> [TaskGlance?] {
        var glances = [TaskGlance?](repeating: nil, count: records.count)
        var dependencies = [UInt64](repeating: 0, count: records.count)
        for (position, header) in GuardedMemory.readTasks(records.map { UInt64(UInt(bitPattern: $0.address)) })
            .enumerated()
        {
            guard let header, header.id == records[position].id else { continue }
            glances[position] = TaskGlance(isCancelled: header.status & UInt32(SGS_STATUS_CANCELLED) != 0)
            if header.status & UInt32(SGS_STATUS_WAITS) != 0 { dependencies[position] = header.dependency }
        }
        var tasks = [UInt64](repeating: 0, count: records.count)
        var executors = tasks
        GuardedMemory.read(dependencies, bytes: Int(SGS_DEPENDENCY_BYTES)) { position, bytes in
            var wait = sgs_dependency()
            sgs_layout_dependency(bytes, &wait)
            glances[position]?.waitsFor = kinds[wait.kind]
            if wait.kind == UInt32(SGS_WAITS_FOR_TASK) { tasks[position] = wait.on }
            if wait.kind == UInt32(SGS_WAITS_FOR_CONTINUATION) {
                executors[position] = wait.on &+ UInt64(SGS_CONTINUATION_EXECUTOR)
            }
        }
        for (position, header) in GuardedMemory.readTasks(tasks).enumerated() { glances[position]?.target = header?.id }
        GuardedMemory.readWords(executors, count: 1) { position, words in
            glances[position]?.resumesOnActor = words[0] != 0
        }
        return glances
    }

    private static let kinds: [UInt32: WaitTarget.Kind] = [
        UInt32(SGS_WAITS_FOR_TASK): .task, UInt32(SGS_WAITS_FOR_CONTINUATION): .continuation,
        UInt32(SGS_WAITS_FOR_GROUP): .group, UInt32(SGS_WAITS_FOR_EXECUTOR): .executor,
    ]
}
