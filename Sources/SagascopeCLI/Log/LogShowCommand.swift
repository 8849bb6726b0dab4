import ArgumentParser
import SagaLog

/// `sagascope log show`
struct LogShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints a log's records.",
        discussion: """
            With --json each record is an object in a line of its own. Of a damaged log every sound record is shown, and the \
            others' places are named.

            EXAMPLES
              sagascope log show OUT/log --from 1000 --limit 20
              sagascope log show OUT/log --run 4bf92f3577b34da6a3ce929d0e0e4736 --payload
              sagascope log show OUT/log --kind step_failed --json | jq -r .name | sort | uniq -c

            EXIT STATUS
            \(LogExit.codes.helpList)
            """)

    @OptionGroup var arguments: LogArguments

    @Option(help: ArgumentHelp("The first record (default: the log's first).", valueName: "lsn"))
    var from: UInt64?

    @Option(help: ArgumentHelp("The last record.", valueName: "lsn"))
    var to: UInt64?

    @Option(help: ArgumentHelp("At most this many records.", valueName: "number"))
    var limit: Int?

    @OptionGroup var selection: RecordSelection

    func validate() throws {
        if let from, from < 1 { throw ValidationError("--from is 0: the first record there ever was is 1.") }
        if let from, let to, to < from { throw ValidationError("--to is \(to), before --from, which is \(from).") }
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit): show at least one record.") }
    }

    /// Nothing further is wanted.
    private struct Enough: Error {}

    func run() async throws {
        try await LogExit.telling {
            let place = try LogPlace(arguments.directory)
            do {
                let report = try show(place)
                for damage in report.damages { Output.errors.write("sagascope: \(damage)\n") }
                try LogExit.check(report, isWritten: place.writer != nil)
            } catch is Enough {}
        }
    }

    private func show(_ place: LogPlace) throws -> LogReport {
        let first = try from.map { LSN($0) } ?? LogScan.segmentFirsts(directory: place.path).first ?? .first
        var (expected, count) = (first, 0)
        return try LogScan.records(directory: place.path, from: first, durable: place.durable) { record in
            if record.lsn > expected, !arguments.json {
                Output.results.write("-- \(expected) to \(LSN(record.lsn.rawValue - 1)) cannot be read --\n")
            }
            expected = record.lsn.advanced(by: 1)
            if let to, record.lsn.rawValue > to { throw Enough() }
            guard selection.includes(record) else { return }
            guard Output.results.write(try selection.line(record, json: arguments.json)) else { throw Enough() }
            count += 1
            if count == limit { throw Enough() }
        }
    }
}
