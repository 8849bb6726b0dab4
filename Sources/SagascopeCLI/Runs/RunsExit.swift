import ArgumentParser
import RunInspection
import SagaLog
import TaskInspection

/// How the commands about runs end.
enum RunsExit {
    static let notDone = ExitCode(1)
    static let refused = ExitCode(2)
    static let unusable = ExitCode(3)
    static let usage = ExitCode(64)

    /// For the help pages.
    static let codes = """
        0   it was shown, or done, or is under way
        1   there is no such run, or not in a state that allows this, or dead letters are left
        2   the program cannot be reached, or refuses: the token is missing or wrong
        3   the log cannot be used: there is none, no view of it, or a file cannot be read
        64  the arguments cannot work
        """

    /// What could not be done becomes words and an exit code.
    static func telling(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let problem as RunProblem {
            throw tell(problem.message.printable, code(of: problem))
        } catch let failure as CommandFailure {
            throw tell("\(failure)", refused)
        } catch let error as SagaLogError {
            throw tell("\(error)", unusable)
        }
    }

    private static func tell(_ words: String, _ code: ExitCode) -> ExitCode {
        Output.errors.write("sagascope: \(words)\n")
        return code
    }

    private static func code(of problem: RunProblem) -> ExitCode {
        switch problem.kind {
        case .unknown, .ambiguous, .notAllowed: notDone
        case .needsToken, .busy: refused
        case .log: unusable
        case .malformed: usage
        }
    }
}
