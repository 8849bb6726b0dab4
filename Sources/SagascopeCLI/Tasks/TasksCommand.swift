import ArgumentParser
import Glibc
import TaskInspection

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `sagascope tasks`
struct TasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Shows every task of a running program: its state, its times, what it waits for, its async stack.",
        discussion: """
            On a terminal it is a live view like top; h there shows the keys. Elsewhere, or with --format, --json or \
            --watch, it prints and ends.

            The program is asked at its admin address, http://127.0.0.1:9464 unless SAGASCOPE_ADMIN_HOST and \
            SAGASCOPE_ADMIN_PORT say otherwise; or, with --pid, by SIGUSR2, which needs no port and works even when \
            every thread of its pool is stuck.

            EXAMPLES
              Watch the program on this machine:
                sagascope tasks
              The ten tasks that have been blocked for longest:
                sagascope tasks --state blocked --sort state --limit 10 --format text
              Which steps of a saga wait right now:
                sagascope tasks --saga checkout --json | jq '.tasks[].saga.step'
              A flame graph of what every task is in:
                sagascope tasks --format folded | flamegraph.pl > tasks.svg
              A program on another machine, which has SAGASCOPE_ADMIN_TOKEN set:
                SAGASCOPE_ADMIN_TOKEN=… sagascope tasks --address http://shop:9464
              A program without an admin port:
                sagascope tasks --pid "$(pidof shop)"
              What the tasks of a saga did when it failed (see SAGASCOPE_FLIGHT_DIRECTORY):
                sagascope tasks --file sagascope-flight-4711-1764000000123-checkout.tasks.json

            EXIT STATUS
            \(CommandFailure.exitCodes.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
            """)

    @Option(help: ArgumentHelp("Where the program's admin server listens.", valueName: "url"))
    var address: AdminAddress?

    @Option(help: "The program's SAGASCOPE_ADMIN_TOKEN (default: the variable of that name, which ps does not show).")
    var token: String?

    @Option(help: ArgumentHelp("Ask this process by SIGUSR2 instead.", valueName: "pid"))
    var pid: Int32?

    @Option(help: ArgumentHelp("Show a dump from a file instead.", valueName: "path"))
    var file: String?

    @Flag(help: "Print JSON: the same as --format json.")
    var json = false

    @Option(help: "Print text for people, json, or folded stacks.")
    var format: TaskDumpFormat?

    @Flag(help: "Print again and again instead of once.")
    var watch = false

    @Option(help: ArgumentHelp("Time between two looks.", valueName: "seconds"))
    var interval = 1.0

    @Option(help: ArgumentHelp("How long to wait for an answer.", valueName: "seconds"))
    var timeout = 5.0

    @Option(help: "Sort by \(TaskOrder.allCases.map(\.rawValue).joined(separator: ", ")).")
    var sort = TaskOrder.age

    @Option(help: ArgumentHelp("Only tasks of this saga.", valueName: "name"))
    var saga: String?

    @Option(help: "Only tasks that are running, ready or blocked.")
    var state: LiveTask.State?

    @Option(help: "Only the task with this id.")
    var id: UInt64?

    @Option(help: ArgumentHelp("At most this many tasks.", valueName: "number"))
    var limit: Int?

    func validate() throws {
        let places = [("--pid", pid != nil), ("--address", address != nil), ("--file", file != nil)].filter(\.1)
        if places.count > 1 {
            throw ValidationError("\(places.map(\.0).joined(separator: " and ")) are two places: name one.")
        }
        if file != nil, watch { throw ValidationError("--watch: what is in a --file does not change.") }
        if let pid, pid < 1 { throw ValidationError("--pid is \(pid): give the id of a process.") }
        if json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) are two formats: name one.")
        }
        for (name, seconds) in [("interval", interval), ("timeout", timeout)]
        where !(seconds >= 0.05 && seconds <= 86_400) {
            throw ValidationError("--\(name) is \(seconds): give a number of seconds from 0.05 to 86400.")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit): show at least one task.") }
    }

    func run() async throws {
        do {
            if !json, format == nil, !watch, file == nil, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 {
                try await LiveView(source: source, selection: selection, interval: .seconds(interval)).run()
            } else {
                try await printDumps()
            }
        } catch let failure as CommandFailure {
            Output.errors.write("sagascope: \(failure)\n")
            throw failure.exitCode
        }
    }

    private var selection: TaskSelection {
        TaskSelection(saga: saga, state: state, id: id, order: sort, limit: limit)
    }

    private var source: any DumpSource {
        let environment = ProcessInfo.processInfo.environment
        if let file { return FileSource(path: file) }
        if let pid { return ProcessSource(process: pid, timeout: .seconds(timeout), environment: environment) }
        return AdminSource(
            server: AdminClient(address: address, token: token, timeout: timeout, environment: environment))
    }

    /// Until nobody reads any more.
    private func printDumps() async throws {
        let format = json ? .json : format ?? .text
        while true {
            let dump = selection.apply(to: try await source.dump())
            guard Output.results.write(format.render(dump)), watch else { return }
            try await Task.sleep(for: .seconds(interval))
        }
    }
}

extension TaskDumpFormat: ExpressibleByArgument {}
extension LiveTask.State: ExpressibleByArgument {}
