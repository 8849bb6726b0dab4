import ArgumentParser
import SagaLog

/// How the commands that look at a log end.
enum LogExit {
    static let torn = ExitCode(1)
    static let corrupt = ExitCode(2)
    static let unusable = ExitCode(3)

    /// For the help pages.
    static let codes = """
        0   the log is sound
        1   its end is torn: nothing durable is lost, and opening it mends it
        2   it is corrupt: records are lost that were durable
        3   it cannot be used: there is none, or a file cannot be read
        64  the arguments cannot work
        """

    /// What could not be done becomes words and the exit code 3.
    static func telling(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as SagaLogError {
            Output.errors.write("sagascope: \(error)\n")
            throw unusable
        }
    }

    /// - Parameter isWritten: an end that is torn is being written then.
    static func check(_ report: LogReport, isWritten: Bool) throws {
        switch report.condition {
        case .sound: return
        case .torn: if !isWritten { throw torn }
        case .corrupt: throw corrupt
        }
    }
}

extension String {
    /// Exit codes as a help page shows them.
    var helpList: String { split(separator: "\n").map { "  \($0)" }.joined(separator: "\n") }
}
