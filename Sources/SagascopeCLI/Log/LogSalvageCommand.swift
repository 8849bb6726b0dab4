import ArgumentParser
import SagaLog

/// `sagascope log salvage`
struct LogSalvageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "salvage", abstract: "Copies what can be kept of a damaged log into a new directory.",
        discussion: """
            The damaged log is left as it is. The new directory holds a log of everything before the first damage, which can be \
            opened, and, in a directory each, the sound records behind a damage, which `sagascope log show` shows.

            EXAMPLES
              sagascope log salvage OUT/log saved
              sagascope log verify saved
              sagascope log show saved/after-00000000000003e8

            EXIT STATUS
              0   nothing was lost
              1   the end was torn: nothing is lost that was ever durable
              2   records are lost; the output says which
              3   the log cannot be read, the new directory is not empty, or it cannot be written: there is none then
              64  the arguments cannot work
            """)

    @OptionGroup var arguments: LogArguments

    @Argument(help: ArgumentHelp("The new directory: one that is not there yet, or is empty.", valueName: "out"))
    var target: String

    func run() async throws {
        try await LogExit.telling {
            let place = try LogPlace(arguments.directory)
            let meter = ProgressMeter("salvaging \(place.path)")
            defer { meter.clear() }
            let report = try LogSalvage.run(
                directory: place.path, target: target, durable: place.durable, progress: meter.show)
            meter.clear()
            Output.results.write(arguments.json ? try JSONText.line(report) : text(report))
            if !report.damages.isEmpty { throw LogExit.corrupt }
            if report.torn != nil { throw LogExit.torn }
        }
    }

    private func text(_ report: LogSalvage.Report) -> String {
        var lines: [String] = []
        if let log = report.log {
            lines.append("\(target): a log of \(countText(log.records, "record")), LSN \(log.first) to \(log.last)")
        } else {
            lines.append("\(target): no log: nothing comes before the first damage")
        }
        for part in report.after {
            lines.append(
                "\(target)/\(part.directory): \(countText(part.records, "record")), LSN \(part.first) to \(part.last), "
                    + "to be read")
        }
        lines += report.damages.map { "lost: \($0)" }
        if let torn = report.torn {
            lines.append("cut: a torn end of \(countText(torn.bytes, "byte")) in \(torn.file) at byte \(torn.offset)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
