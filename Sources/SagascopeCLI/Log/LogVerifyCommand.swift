import ArgumentParser
import Glibc
import SagaLog

/// `sagascope log verify`
struct LogVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads all of a log and says whether it is sound.",
        discussion: """
            Every record is checked: its checksum, that it follows from the one before, and that the log does not end before what \
            its view and its snapshots know to have been durable. What is wrong is named with the file, the byte and the \
            records that are lost.

            EXAMPLES
              sagascope log verify OUT/log
              sagascope log verify OUT/log --json | jq '.damages[] | "\\(.file) \\(.offset)"'

            EXIT STATUS
            \(LogExit.codes.helpList)
            """)

    @OptionGroup var arguments: LogArguments

    @Flag(help: "Read what is on the disk, not what is in memory: finds what a failed sync has left.")
    var fromDisk = false

    func run() async throws {
        try await LogExit.telling {
            let place = try LogPlace(arguments.directory)
            let meter = ProgressMeter("verifying \(place.path)")
            let report = try LogScan.run(
                directory: place.path, durable: place.durable, isPastCache: fromDisk, progress: meter.show)
            meter.clear()
            let verdict = LogVerdict(report, place)
            Output.results.write(arguments.json ? try JSONText.line(verdict) : verdict.text)
            try LogExit.check(report, isWritten: place.writer != nil)
        }
    }
}

/// How far a long reading has come, on a terminal.
final class ProgressMeter {
    private let title: String
    private var shown = -1
    private let isTerminal = isatty(STDERR_FILENO) == 1
    /// Of less than so many bytes nothing is shown: it is over at once.
    private static let least: UInt64 = 256 << 20

    init(_ title: String) { self.title = title }

    func show(done: UInt64, of total: UInt64) {
        guard isTerminal, total >= Self.least else { return }
        let percent = Int(done * 100 / total)
        guard percent != shown else { return }
        shown = percent
        Output.errors.write("\r\(title): \(percent) % of \(byteText(total))\u{1B}[K")
    }

    func clear() {
        if shown >= 0 { Output.errors.write("\r\u{1B}[K") }
    }
}
