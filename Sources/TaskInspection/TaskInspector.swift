internal import CSagascope

#if canImport(Glibc)
import Glibc
#endif

/// Looks at every task of this process.
public enum TaskInspector {
    /// What every live task does at this moment. Any thread may ask; it waits for no other.
    public static func dump() -> TaskDump {
        let copied = TaskRecords()
        let readings = TaskTiers.isLayoutOn ? TaskReader.read(copied.records) : []
        let builder = DumpBuilder(copied.records, names: copied.names, readings: readings, now: sgs_recording_ns())
        return TaskDump(
            time: sgs_unix_ns(), process: process, tiers: TaskTiers.all, untracked: sgs_tasks_refused(),
            tasks: builder.tasks, stacks: builder.stacks, cycles: WaitGraph(builder.tasks).cycles())
    }

    static let process: ProcessIdentity = {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let length = max(0, readlink("/proc/self/exe", &path, path.count - 1))
        let name = String(decoding: path.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(separator: "/").last.map(String.init)
        return ProcessIdentity(id: getpid(), name: name ?? "unknown")
    }()
}
