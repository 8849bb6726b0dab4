internal import CSagascope

/// What little of a task's object says whether the rest is worth reading. Of a task that goes on meanwhile it may be wrong.
struct TaskGlance {
    let isCancelled: Bool
    fileprivate(set) var waitsFor: WaitTarget.Kind?
    /// The task it waits for.
    fileprivate(set) var target: UInt64?
    /// Its continuation is resumed on an actor, which is not seen.
    fileprivate(set) var resumesOnActor = false

    /// - Returns: for each record a glance; nil for a task that is gone.
    static func read(_ records: [sgs_task]) -> [TaskGlance?] {
        var glances = [TaskGlance?](repeating: nil, count: records.count)
        var dependencies = [UInt64](repeating: 0, count: records.count)
        for (position, header) in headers(at: records.map { UInt64(UInt(bitPattern: $0.address)) }).enumerated() {
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
            if wait.kind == 1 { tasks[position] = wait.on }
            if wait.kind == 2 { executors[position] = wait.on &+ UInt64(SGS_CONTINUATION_EXECUTOR) }
        }
        for (position, header) in headers(at: tasks).enumerated() { glances[position]?.target = header?.id }
        GuardedMemory.readWords(executors, count: 1) { position, words in
            glances[position]?.resumesOnActor = words[0] != 0
        }
        return glances
    }

    private static let kinds: [UInt32: WaitTarget.Kind] = [1: .task, 2: .continuation, 3: .group, 4: .executor]

    /// The ids of the tasks whose objects lie there.
    static func ids(at addresses: [UInt64]) -> [UInt64?] { headers(at: addresses).map { $0?.id } }

    private static func headers(at addresses: [UInt64]) -> [sgs_task_header?] {
        var headers = [sgs_task_header?](repeating: nil, count: addresses.count)
        GuardedMemory.read(addresses, bytes: Int(SGS_TASK_BYTES)) { position, bytes in
            var header = sgs_task_header()
            if sgs_layout_header(bytes, &header) != 0 { headers[position] = header }
        }
        return headers
    }
}
