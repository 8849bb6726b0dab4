import ArgumentParser
import RunInspection
import SagaLog

/// `sagascope runs list`, and `sagascope runs` alone.
struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists open saga runs, the one that has stood still for longest first.",
        discussion: """
            CHANGED is the time since the run's last record, AGE the time since its first. Of a log, it reads the view that \
            the writer keeps beside it; with --dead-letters also the log.

            EXAMPLES
              sagascope runs --stuck --older-than 1m
              Which runs have been compensating for longest?
                sagascope runs OUT/log --state compensating --limit 10
              sagascope runs --json | jq -r '.runs[].run'

            EXIT STATUS
            \(RunsExit.codes.helpList)
            """)

    @Argument(help: ArgumentHelp("A log's directory, to be read instead of asking a program.", valueName: "directory"))
    var directory: String?

    @OptionGroup var admin: AdminArguments

    @Option(help: ArgumentHelp("Only runs of this saga.", valueName: "name"))
    var saga: String?

    /// As a run's state is called; `quarantined` is only in memory.
    enum State: String, CaseIterable, ExpressibleByArgument {
        case pending, running, suspended, compensating, closed, quarantined
    }

    @Option(help: "Only runs in this state.")
    var state: State?

    @Flag(help: "Only runs that stand still, without waiting for somebody to settle a dead letter.")
    var stuck = false

    @Option(
        help: ArgumentHelp("How long a stuck run has stood still: 30s, 5m, 2h (default: 30s).", valueName: "duration"))
    var olderThan: DurationArgument?

    @Flag(help: "Only runs with compensations that have given up.")
    var deadLetters = false

    @Option(help: ArgumentHelp("At most this many runs.", valueName: "number"))
    var limit: Int?

    @Flag(help: "Print again and again instead of once.")
    var watch = false

    @Option(help: ArgumentHelp("Time between two looks.", valueName: "seconds"))
    var interval = 1.0

    func validate() throws {
        if directory != nil, admin.address != nil {
            throw ValidationError("--admin and a directory are two places: name one.")
        }
        let choices = [("--stuck", stuck), ("--dead-letters", deadLetters), ("--state", state != nil)].filter(\.1)
        if choices.count > 1 {
            throw ValidationError("\(choices.map(\.0).joined(separator: " and ")): name one of them.")
        }
        if olderThan != nil, !stuck { throw ValidationError("--older-than is of --stuck: add that.") }
        if directory != nil, state == .quarantined {
            throw ValidationError("--state quarantined: only the program knows; ask it without a directory.")
        }
        let most = directory == nil ? RunFilter.maximumLimit : .max
        if let limit, !(1...most).contains(limit) {
            throw ValidationError("--limit is \(limit): show \(limit < 1 ? "at least one run" : "at most \(most)").")
        }
        if !(interval >= 0.05 && interval <= 86_400) {
            throw ValidationError("--interval is \(interval): give a number of seconds from 0.05 to 86400.")
        }
    }

    func run() async throws {
        try await RunsExit.telling {
            while true {
                let text = if let directory { try page(of: directory) } else { try await programsPage() }
                guard Output.results.write(text), watch else { return }
                try await Task.sleep(for: .seconds(interval))
            }
        }
    }

    private var stuckFor: DurationArgument { olderThan ?? DurationArgument(seconds: 30) }

    private func programsPage() async throws -> String {
        var query: [(String, String)] = []
        if let saga { query.append(("saga", saga)) }
        if let state { query.append(("state", state.rawValue)) }
        if stuck { query.append(("stuck", stuckFor.seconds)) }
        if deadLetters { query.append(("dead_letters", "1")) }
        if let limit { query.append(("limit", "\(limit)")) }
        let client = RunsClient(admin)
        let list = try await client.list(query)
        return admin.json
            ? String(decoding: try RunJSON.encode(list), as: UTF8.self) : RunListText(list, of: client.server.name).text
    }

    private func page(of directory: String) throws -> String {
        let view = try MappedViewReader(directory: directory)
        let now = UnixTime.now
        var runs = view.runs().filter { run in
            (saga == nil || run.saga == saga) && (state == nil || "\(run.state)" == state?.rawValue)
                && (!deadLetters || run.state == .suspended)
                && (!stuck
                    || RunFilter.isStuck(
                        state: "\(run.state)", changed: run.changed, for: stuckFor.nanoseconds, now: now))
        }
        if let limit { runs = Array(runs.prefix(limit)) }
        var letters: [String: [String]] = [:]
        if deadLetters, !runs.isEmpty {
            letters = try LogRuns.deadLetters(
                of: Set(runs.map { "\($0.run)" }), directory: directory, durable: view.durable)
        }
        let page = RunsPage(directory: directory, view: view, runs: runs, deadLetters: deadLetters ? letters : nil)
        return admin.json ? try JSONText.line(page) : page.text
    }
}
