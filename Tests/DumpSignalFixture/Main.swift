// CSagascope calls libdispatch, which is linked for who imports it.
import Dispatch
import Glibc
import TaskInspection

/// A program that can be asked for its tasks, or cannot, as its first argument says; it ends when its input does.
@main
struct Main {
    static func main() throws {
        let mode = CommandLine.arguments.dropFirst().first ?? ""
        switch mode {
        case "nothing": break
        case "answers": try TaskDumpSignal.install(dump: dump)
        case "says-nothing": try TaskDumpSignal.install { while true { pause() } }
        case "has-its-own": signal(SIGUSR2) { _ in }
        case "had-its-own":
            signal(SIGUSR2) { _ in }
            do { try TaskDumpSignal.install(dump: dump) } catch { print(error) }
        case "newer": try TaskDumpSignal.install { newerDump }
        case "twice":
            try TaskDumpSignal.install(dump: dump)
            do { try TaskDumpSignal.install(dump: dump) } catch { print(error) }
        default:
            print("unknown mode \(mode)")
            exit(64)
        }
        print("ready")
        fflush(nil)
        while getchar() != EOF {}
    }

    @Sendable private static func dump() -> TaskDump {
        TaskDump(
            time: 1, process: ProcessIdentity(id: getpid(), name: "fixture"), tiers: [],
            tasks: [
                LiveTask(
                    id: 3, name: "notify", saga: SagaMembership(saga: "checkout", run: "ab", step: "charge"),
                    state: .blocked),
                LiveTask(id: 4, state: .running),
            ])
    }

    private static var newerDump: TaskDump {
        var dump = dump()
        dump.version = 2
        return dump
    }
}
