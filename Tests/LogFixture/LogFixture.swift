import CSagascope
import Glibc
import LogPlan
import SagaLog
import SagaTelemetry

/// Writes a log as it is told to, and tells of each record as soon as it is durable, so that tests can stop it anywhere.
///
///     log-fixture DIRECTORY [tasks=4] [commits=0] [batch=1] [payload=200] [segment=1048576] [reserve=262144]
///                           [again=0] [hold=0] [descriptors=-1] [fileBytes=-1]
///
/// Each task commits the records of a run of its own, `commits` of them or, for 0, until the end; `again` begins with the
/// first one though it may be there already; `hold` opens the log and waits; `descriptors` and `fileBytes` are limits that it
/// sets itself once the log is open. It says, a line each:
///
///     opened EPOCH                        the log is open
///     a TASK SEQUENCE LSN NANOSECONDS     the record is durable; monotonic time when that was known
///     f TASK SEQUENCE ERROR               the record was refused; the task ends
///     closed                              the end
///     refused ERROR                       the log could not be opened; exit code 3
@main
struct LogFixture {
    static func main() async {
        // A file that may not grow is an error of the call, as on a full disk.
        signal(SIGXFSZ, SIG_IGN)
        let settings = Settings(CommandLine.arguments)
        let log: SagaLog
        do { log = try SagaLog.open(settings.directory, options: settings.options) } catch {
            say("refused \(error)")
            exit(3)
        }
        say("opened \(log.epoch)")
        while settings["hold"] != 0 { pause() }
        // The cooperative pool has what it needs.
        await Task.detached {}.value
        limit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), settings["descriptors"])
        limit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), settings["fileBytes"])
        await withDiscardingTaskGroup { group in
            for task in 1...settings["tasks"] { group.addTask { await write(task, to: log, settings) } }
        }
        log.close()
        say("closed")
    }

    static func limit(_ resource: __rlimit_resource_t, _ value: Int) {
        guard value >= 0 else { return }
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        setrlimit(resource, &limit)
    }

    static func write(_ task: Int, to log: SagaLog, _ settings: Settings) async {
        let run = log.run(TraceID(high: LogPlan.high, low: UInt64(task)))
        var random = LogPlan(task: task, sequence: 0)
        var next = settings["again"] != 0 ? 0 : run.nextSequence
        let end = settings["commits"] == 0 ? UInt32.max : UInt32(settings["commits"])
        while next < end {
            let count = min(
                UInt32(settings["batch"] == 1 ? 1 : 1 + random.next() % UInt64(settings["batch"])), end - next)
            let entries = (next..<next + count).map { entry(task, $0, settings) }
            do throws(SagaLogError) {
                let last = try await count == 1 ? run.commit(entries[0]) : run.commit(entries)
                let now = sgs_monotonic_ns()
                for index in 0..<count {
                    say("a \(task) \(next + index) \(last.rawValue - UInt64(count - 1 - index)) \(now)")
                }
            } catch { return say("f \(task) \(next) \(error)") }
            next += count
        }
    }

    static func entry(_ task: Int, _ sequence: UInt32, _ settings: Settings) -> LogEntry {
        LogEntry(
            sequence == 0 ? .runStarted : .note, sequence: sequence, name: "task-\(task)",
            payload: LogPlan.payload(task: task, sequence: sequence, atMost: settings["payload"]))
    }

    /// With one call, so that nothing is kept back when the process is killed.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(1, bytes, bytes.count)
    }
}

struct Settings: Sendable {
    let directory: String
    private var values = [
        "tasks": 4, "commits": 0, "batch": 1, "payload": 200, "segment": 1 << 20, "reserve": 256 << 10, "again": 0,
        "hold": 0, "descriptors": -1, "fileBytes": -1,
    ]

    init(_ arguments: [String]) {
        directory = arguments.count > 1 ? arguments[1] : "."
        for argument in arguments.dropFirst(2) {
            let parts = argument.split(separator: "=")
            if parts.count == 2, let value = Int(parts[1]) { values[String(parts[0])] = value }
        }
    }

    subscript(_ name: String) -> Int { values[name] ?? 0 }

    var options: SagaLogOptions {
        var options = SagaLogOptions()
        options.segmentBytes = self["segment"]
        options.reserveBytes = self["reserve"]
        options.retryDelay = .milliseconds(20)
        return options
    }
}
