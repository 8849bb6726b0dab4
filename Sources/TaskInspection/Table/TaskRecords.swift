package import CSagascope

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Copies of the records of all live tasks.
package struct TaskRecords {
    package private(set) var records: [sgs_task] = []
    package private(set) var names: [UInt64: String] = [:]

    package init() {
        let capacity = 1024
        var cursor: UInt64 = 0
        records.reserveCapacity(Int(sgs_tasks_live()))
        withUnsafeTemporaryAllocation(of: sgs_task.self, capacity: capacity) { buffer in
            guard let base = buffer.baseAddress else { return }
            while true {
                let count = Int(sgs_tasks_copy(&cursor, base, UInt64(capacity)))
                guard count > 0 else { return }
                for record in UnsafeBufferPointer(start: base, count: count) { take(record) }
            }
        }
    }

    /// A copy of one record.
    /// - Parameter withName: the name is then a copy to be taken.
    static func one(_ id: UInt64, withName: Bool = false) -> sgs_task? {
        var copied = sgs_task()
        let isThere = sgs_tasks_with(
            id,
            { record, out in
                guard let record, let out else { return 0 }
                sgs_task_copy(out.assumingMemoryBound(to: sgs_task.self), record)
                return 1
            }, &copied)
        guard isThere != 0 else { return nil }
        if !withName { _ = copied.takeName() }
        return copied
    }

    /// The ids of the live children that a task has in task groups, at most one more than `limit`.
    static func groupChildren(of parent: UInt64, limit: Int) -> [UInt64] {
        var cursor: UInt64 = 0
        return withUnsafeTemporaryAllocation(of: sgs_task.self, capacity: limit + 1) { buffer in
            let count = Int(sgs_tasks_group_children(&cursor, parent, buffer.baseAddress, UInt64(buffer.count)))
            return (0..<count).map { position in
                _ = buffer[position].takeName()
                return buffer[position].id
            }
        }
    }

    private mutating func take(_ record: sgs_task) {
        var record = record
        if let name = record.takeName() { names[record.id] = name }
        // Between the end of a task and the removal of its record.
        if sgs_word_state(record.word) != SGS_TASK_ENDED { records.append(record) }
    }
}

extension sgs_task {
    /// Whether a thread is on it, as far as its record knows. Of a task that was alive before it was first seen the record knows
    /// only from the next enqueue on: whether it suspended before, its object tells.
    var isSeenRunning: Bool {
        sgs_word_state(word) == SGS_TASK_RUNNING && !(has(SGS_TASK_JOINED) && runs == 0)
    }

    package func has(_ flag: Int) -> Bool { flags & UInt8(flag) != 0 }

    /// Of a record that was copied out: its name is a copy of its own, which nobody else frees.
    package mutating func takeName() -> String? {
        guard let name else { return nil }
        defer {
            free(name)
            self.name = nil
        }
        return String(cString: name)
    }
}
