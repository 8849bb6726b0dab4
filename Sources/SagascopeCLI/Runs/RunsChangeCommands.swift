import ArgumentParser
import RunInspection
import TaskInspection

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `sagascope runs retry`
struct RunsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Tries the dead letters of a run again, or takes up one that was set aside.",
        discussion: """
            EXAMPLES
              SAGASCOPE_ADMIN_TOKEN=… sagascope runs retry order-4711

            EXIT STATUS
            \(RunsExit.codes.helpList)
            """)

    @OptionGroup var target: ChangeTarget

    func run() async throws { try await target.change(.retry, [target.patience]) }
}

/// `sagascope runs resolve`
struct RunsResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Says that a step with a dead letter was undone by hand.",
        discussion: """
            When it was the last one, the run is closed.

            EXAMPLES
              SAGASCOPE_ADMIN_TOKEN=… sagascope runs resolve order-4711 charge-card --by alice

            EXIT STATUS
            \(RunsExit.codes.helpList)
            """)

    @OptionGroup var target: ChangeTarget

    @Argument(help: "The step's name.")
    var step: String

    @Option(help: ArgumentHelp("Who did it, for the log (default: the variable USER).", valueName: "name"))
    var by: String?

    func validate() throws {
        if step.isEmpty { throw ValidationError("The step is empty: name one.") }
    }

    func run() async throws {
        let person = by ?? ProcessInfo.processInfo.environment["USER"] ?? ""
        try await target.change(.resolve, [("step", step), ("by", person), target.patience])
    }
}

/// `sagascope runs cancel`
struct RunsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Has a run undone that goes forward.",
        discussion: """
            EXAMPLES
              SAGASCOPE_ADMIN_TOKEN=… sagascope runs cancel order-4711 --reason "the customer called"

            EXIT STATUS
            \(RunsExit.codes.helpList)
            """)

    @OptionGroup var target: ChangeTarget

    @Option(help: ArgumentHelp("Why, for the log.", valueName: "text"))
    var reason: String?

    func run() async throws { try await target.change(.cancel, reason.map { [("reason", $0)] } ?? []) }
}

/// The run that is changed.
struct ChangeTarget: ParsableArguments {
    @Argument(help: "The run's id, a unique beginning of it, or the application's own id.")
    var run: String

    @OptionGroup var admin: AdminArguments

    func validate() throws {
        if run.isEmpty { throw ValidationError("The run is empty: name one.") }
    }

    /// How long the server waits for the run's end; it answers before this tool gives up.
    var patience: (String, String) { ("wait", "\(min(60, admin.timeout * 0.6))") }

    func change(_ action: RunAnswer.Action, _ query: [(String, String)]) async throws {
        try await RunsExit.telling {
            let answer = try await RunsClient(admin).change(run, action, query)
            Output.results.write(
                admin.json ? String(decoding: try RunJSON.encode(answer), as: UTF8.self) : RunAnswerText(answer).text)
            if answer.action == .retry, answer.result != nil, !answer.deadLetters.isEmpty { throw RunsExit.notDone }
        }
    }
}
