import SagaLog
import SagaRuntime
import TaskInspection

/// Everything that is known of one run: its memory beside its log.
package struct RunDetail: Codable, Sendable, Equatable {
    /// Of this form.
    package var version = 1
    package var timeUnixNano: UInt64
    /// nil where no coordinator was asked.
    package var memory: RunReport?
    /// Its records up to the last one that memory knows of; nil when there is none.
    package var log: RecordedRun?
    package var differences: [String]
    /// The first records and the last ones; what is between them is left out.
    package var history: [RunRecord]
    package var historyLeftOut: Int
    package var tasks: [RunTask]
    package var tasksLeftOut: Int
    /// Why tasks or their stacks are not seen.
    package var unseen: [String]
    package var trace: String?

    package static let historyLimit = 1_000
    package static let taskLimit = 100

    /// - Parameters:
    ///   - memory: taken before the history was read, so that this has whatever memory had.
    ///   - dump: nil when no process was looked into.
    package init(timeUnixNano: UInt64, memory: RunReport?, history records: [LogRecord], dump: TaskDump?) {
        self.timeUnixNano = timeUnixNano
        self.memory = memory
        trace = memory?.trace
        // A run that was set aside has no last record in memory.
        let last = memory.map { $0.lsn > 0 ? LSN($0.lsn) : LSN(.max) } ?? LSN(.max)
        log = RecordedRun(records.lazy.filter { $0.lsn <= last })
        (differences, unseen, tasks, tasksLeftOut) = ([], [], [], 0)
        if let memory, memory.lsn > 0 {
            differences = log.map { RunDifferences.between(memory, $0) } ?? ["it is not among the log's open runs"]
        }
        let kept = Self.historyLimit / 2
        historyLeftOut = max(0, records.count - 2 * kept)
        history =
            historyLeftOut == 0
            ? records.map { RunRecord($0) }
            : (records.prefix(kept) + records.suffix(kept)).map { RunRecord($0) }
        if let dump, let run = memory?.run {
            (tasks, tasksLeftOut) = RunTask.tasks(of: run, in: dump, limit: Self.taskLimit)
            unseen = dump.unseen
        }
        if trace == nil { trace = log?.trace }
    }
}
