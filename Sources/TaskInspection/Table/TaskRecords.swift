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

    private mutating func take(_ record: sgs_task) {
        if let name = record.name {
            names[record.id] = String(cString: name)
            free(name)
        }
        var record = record
        record.name = nil
        // Between the end of a task and the removal of its record.
        if sgs_word_state(record.word) != SGS_TASK_ENDED { records.append(record) }
    }
}
