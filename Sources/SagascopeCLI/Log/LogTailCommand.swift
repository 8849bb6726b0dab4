import ArgumentParser
import SagaLog

/// `sagascope log tail`
struct LogTailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Prints the last records of a log, and with -f those that come.",
        discussion: """
            Of a log that is being written, only records that are durable are shown. With --json each is an object in a line of \
            its own.

            EXAMPLES
              sagascope log tail OUT/log
              sagascope log tail -f OUT/log --kind run_closed

            EXIT STATUS
              0   the records were shown
              3   there is no log, it cannot be read, or records were recycled before they could be shown
              64  the arguments cannot work
            """)

    @OptionGroup var arguments: LogArguments

    @Flag(name: [.short, .long], help: "Go on with the records that come.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Begin with this many records.", valueName: "number"))
    var lines = 10

    @Option(help: ArgumentHelp("Time between two looks with -f.", valueName: "seconds"))
    var interval = 0.2

    @OptionGroup var selection: RecordSelection

    func validate() throws {
        if lines < 0 { throw ValidationError("--lines is \(lines): give 0 or more.") }
        if !(interval >= 0.01 && interval <= 3600) {
            throw ValidationError("--interval is \(interval): give a number of seconds from 0.01 to 3600.")
        }
    }

    func run() async throws {
        try await LogExit.telling {
            let limit = Limit(try LogPlace(arguments.directory).limit)
            let reader = try printLast(limit)
            while follow {
                try await Task.sleep(for: .seconds(interval))
                limit.lsn = try LogPlace(arguments.directory).limit
                while let record = try reader.next() {
                    if selection.includes(record), !write(record) { return }
                }
            }
        }
    }

    /// How far the reader may go: told once a look, not once a record.
    private final class Limit {
        var lsn: LSN
        init(_ lsn: LSN) { self.lsn = lsn }
    }

    /// Looks into as many segments, from the last one back, as it takes to find the records.
    /// - Returns: the reader that has reached the end.
    private func printLast(_ limit: Limit) throws -> LogReader {
        let firsts = try LogScan.segmentFirsts(directory: arguments.directory)
        var records: [LogRecord] = []
        var reader = LogReader(directory: arguments.directory)
        for first in firsts.reversed() {
            records = []
            reader = LogReader(directory: arguments.directory, from: first) { limit.lsn }
            while let record = try reader.next() {
                guard selection.includes(record) else { continue }
                if records.count >= 2 * lines { records.removeFirst(max(0, records.count - lines)) }
                if lines > 0 { records.append(record) }
            }
            if records.count >= lines { break }
        }
        for record in records.suffix(lines) where !write(record) { break }
        return reader
    }

    /// - Returns: false when nobody reads it any more.
    private func write(_ record: LogRecord) -> Bool {
        guard let line = try? selection.line(record, json: arguments.json) else { return true }
        return Output.results.write(line)
    }
}
