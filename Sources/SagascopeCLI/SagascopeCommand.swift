import ArgumentParser

/// The command line tool: looks into programs that use Sagascope.
@main
struct SagascopeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sagascope", abstract: "Looks into programs that use Sagascope, and their saga logs.",
        subcommands: [TasksCommand.self, FlightCommand.self, RunsCommand.self, LogCommand.self])
}
