import ArgumentParser
import RunInspection
import SagaLog

/// `sagascope runs show`
struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows all of one run: memory beside log, history, waiting tasks with stacks, trace.",
        discussion: """
            Of a program: what its coordinator has in memory, beside what the records in its log come to; differences are \
            named. Of a log alone: what its records come to, also of a run that is closed, as long as the log has them.

            EXAMPLES
              sagascope runs show order-4711
              sagascope runs show 4bf92f35 --json | jq '.differences'
              sagascope runs show order-4711 OUT/log

            EXIT STATUS
            \(RunsExit.codes.helpList)
            """)

    @Argument(help: "The run's id, a unique beginning of it, or the application's own id.")
    var run: String

    @Argument(help: ArgumentHelp("A log's directory, to be read instead of asking a program.", valueName: "directory"))
    var directory: String?

    @OptionGroup var admin: AdminArguments

    func validate() throws {
        if run.isEmpty { throw ValidationError("The run is empty: name one.") }
        if directory != nil, admin.address != nil {
            throw ValidationError("--admin and a directory are two places: name one.")
        }
    }

    func run() async throws {
        try await RunsExit.telling {
            let detail = if let directory { try detail(in: directory) } else { try await RunsClient(admin).detail(run) }
            Output.results.write(
                admin.json ? String(decoding: try RunJSON.encode(detail), as: UTF8.self) : RunDetailText(detail).text)
        }
    }

    private func detail(in directory: String) throws -> RunDetail {
        let place = try LogPlace(directory)
        let found: LogRuns.Found
        do {
            found = try LogRuns.history(of: RunName(run), directory: directory, durable: place.durable)
        } catch let problem as RunProblem where problem.kind == .unknown {
            throw RunProblem(.unknown, "\(directory) has nothing of a run that is called “\(run.shortened(to: 100))”")
        }
        for damage in found.damages { Output.errors.write("sagascope: \(damage)\n") }
        let records = found.records.filter { $0.lsn <= place.limit }
        return RunDetail(timeUnixNano: UnixTime.now, memory: nil, history: records, dump: nil)
    }
}
