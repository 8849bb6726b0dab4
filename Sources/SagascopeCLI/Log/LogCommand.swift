import ArgumentParser

/// `sagascope log`
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Looks at a saga log: its files, its records, and whether it is sound.",
        discussion: """
            A saga log is a directory, OUT/log of the checkout example for one. Reading needs no lock and changes nothing, \
            whether a process is writing the log or none is.

            EXAMPLES
              Is it sound?
                sagascope log verify OUT/log
              What did a run do?
                sagascope log show OUT/log --run 4bf92f3577b34da6a3ce929d0e0e4736
              What is being written right now?
                sagascope log tail -f OUT/log

            EXIT STATUS
            \(LogExit.codes.helpList)
            """,
        subcommands: [
            LogListCommand.self, LogShowCommand.self, LogTailCommand.self, LogVerifyCommand.self,
            LogSalvageCommand.self,
        ])
}

/// What all of them take.
struct LogArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The log's directory.", valueName: "directory"))
    var directory: String

    @Flag(help: "Print JSON.")
    var json = false
}
