import ArgumentParser

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `sagascope flight`
struct FlightCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flight",
        abstract: "Saves the last seconds of all tasks of a running program, as a trace for ui.perfetto.dev.",
        discussion: """
            The program is asked at its admin address, http://127.0.0.1:9464 unless SAGASCOPE_ADMIN_HOST and \
            SAGASCOPE_ADMIN_PORT say otherwise.

            EXAMPLES
              sagascope flight -o shop.perfetto-trace
              SAGASCOPE_ADMIN_TOKEN=… sagascope flight http://shop:9464 -o shop.perfetto-trace

            EXIT STATUS
            \(CommandFailure.exitCodes.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
            """)

    @Argument(help: ArgumentHelp("Where the program's admin server listens.", valueName: "url"))
    var address: AdminAddress?

    @Option(
        name: [.short, .long], help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"))
    var output = "sagascope-flight.perfetto-trace"

    @Option(help: "The program's SAGASCOPE_ADMIN_TOKEN (default: the variable of that name, which ps does not show).")
    var token: String?

    @Option(help: ArgumentHelp("How long to wait for an answer.", valueName: "seconds"))
    var timeout = 30.0

    func validate() throws {
        guard timeout >= 0.05 && timeout <= 86_400 else {
            throw ValidationError("--timeout is \(timeout): give a number of seconds from 0.05 to 86400.")
        }
        if output.isEmpty { throw ValidationError("--output is empty: name a file.") }
    }

    func run() async throws {
        do throws(CommandFailure) {
            let server = AdminClient(
                address: address, token: token, timeout: timeout, environment: ProcessInfo.processInfo.environment)
            let trace = try await server.get("/debug/flight", accept: "*/*")
            guard output != "-" else {
                Output.results.write(trace)
                return
            }
            try LocalFile(path: output).write(trace)
            Output.errors.write("\(output): \(trace.count) bytes, for https://ui.perfetto.dev\n")
        } catch {
            Output.errors.write("sagascope: \(error)\n")
            throw error.exitCode
        }
    }
}
