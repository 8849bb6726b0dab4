import ArgumentParser

/// `sagascope runs`
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Shows open saga runs, and retries, resolves and cancels them.",
        discussion: """
            A running program is asked at its admin address, http://127.0.0.1:9464 unless SAGASCOPE_ADMIN_HOST and \
            SAGASCOPE_ADMIN_PORT say otherwise; it has attached its coordinators to its SagascopeService. With the directory \
            of a log that is read instead, whether the program is running or not; the program does not notice.

            RUN is a run's id, a unique beginning of it of at least four digits, or the application's own id. Whatever changes \
            a run needs the program's SAGASCOPE_ADMIN_TOKEN.

            EXAMPLES
              sagascope runs
              Which runs have stood still for more than a minute?
                sagascope runs --stuck --older-than 1m
              Which wait for somebody, and for what?
                sagascope runs --dead-letters
                sagascope runs show order-4711
              The payment provider is back; try its refund again:
                sagascope runs retry order-4711
              It was refunded by hand:
                sagascope runs resolve order-4711 charge-card --by alice
              A program that is gone:
                sagascope runs OUT/log
                sagascope runs show order-4711 OUT/log

            EXIT STATUS
            \(RunsExit.codes.helpList)
            """,
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsRetryCommand.self, RunsResolveCommand.self,
            RunsCancelCommand.self,
        ], defaultSubcommand: RunsListCommand.self)
}

/// Which program is asked.
struct AdminArguments: ParsableArguments {
    @Option(
        name: [.customLong("admin"), .customLong("address")],
        help: ArgumentHelp("Where the program's admin server listens.", valueName: "url"))
    var address: AdminAddress?

    @Option(help: "The program's SAGASCOPE_ADMIN_TOKEN (default: the variable of that name, which ps does not show).")
    var token: String?

    @Option(help: ArgumentHelp("How long to wait for an answer.", valueName: "seconds"))
    var timeout = 10.0

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard timeout >= 0.05 && timeout <= 86_400 else {
            throw ValidationError("--timeout is \(timeout): give a number of seconds from 0.05 to 86400.")
        }
    }
}
