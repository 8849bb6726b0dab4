import ArgumentParser
import SagaLog

/// `sagascope runs`
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Shows the open saga runs of a log, the one that has stood still for longest first.",
        discussion: """
            It reads the view that the log's writer keeps beside the log, of a program that is running or one that has died. \
            The program is not asked, and does not notice. CHANGED is the time since the run's last record, AGE the time \
            since its first.

            EXAMPLES
              sagascope runs OUT/log
              Which runs have been compensating for longest?
                sagascope runs OUT/log --state compensating --limit 10
              sagascope runs OUT/log --json | jq -r '.runs[].run'

            EXIT STATUS
              0   the runs were shown
              3   there is no view, or it cannot be read
              64  the arguments cannot work
            """)

    @Argument(help: ArgumentHelp("The log's directory.", valueName: "directory"))
    var directory: String

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("Only runs of this saga.", valueName: "name"))
    var saga: String?

    @Option(help: "Only runs that are pending, running, suspended or compensating.")
    var state: RunState?

    @Option(help: ArgumentHelp("At most this many runs.", valueName: "number"))
    var limit: Int?

    @Flag(help: "Print again and again instead of once.")
    var watch = false

    @Option(help: ArgumentHelp("Time between two looks.", valueName: "seconds"))
    var interval = 1.0

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit): show at least one run.") }
        if !(interval >= 0.05 && interval <= 86_400) {
            throw ValidationError("--interval is \(interval): give a number of seconds from 0.05 to 86400.")
        }
    }

    func run() async throws {
        try await LogExit.telling {
            while true {
                let view = try MappedViewReader(directory: directory)
                var runs = view.runs().filter { run in
                    (saga == nil || run.saga == saga) && (state == nil || run.state == state)
                }
                if let limit { runs = Array(runs.prefix(limit)) }
                let page = RunsPage(directory: directory, view: view, runs: runs)
                guard Output.results.write(json ? try JSONText.line(page) : page.text), watch else { return }
                try await Task.sleep(for: .seconds(interval))
            }
        }
    }
}

extension RunState: ExpressibleByArgument {
    public init?(argument: String) {
        guard let state = Self.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = state
    }

    public static var allValueStrings: [String] { allCases.map { "\($0)" } }
}
