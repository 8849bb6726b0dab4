import ArgumentParser

/// The command line tool: looks into programs that use Sagascope.
@main
struct SagascopeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sagascope", abstract: "Looks into running programs that use Sagascope.",
        subcommands: [TasksCommand.self, FlightCommand.self])
}
