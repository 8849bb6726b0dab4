#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Looks at every task of this process.
public enum TaskInspector {
    /// What every live task does at this moment. Any thread may ask; it waits for no other.
    public static func dump() -> TaskDump {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let executable = CommandLine.arguments.first?.split(separator: "/").last.map(String.init)
        return TaskDump(
            time: UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec),
            process: ProcessIdentity(id: getpid(), name: executable ?? "unknown"),
            tiers: TrackingTier.Tier.allCases.map { TrackingTier($0, reasonOff: "not_built") }, tasks: [])
    }
}
