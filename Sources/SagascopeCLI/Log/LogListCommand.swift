import ArgumentParser
import SagaLog

/// `sagascope log ls`
struct LogListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "Lists a log's segments and snapshots, with their records and sizes.",
        discussion: """
            EXAMPLES
              sagascope log ls OUT/log
              sagascope log ls OUT/log --json | jq '.segments[].records'

            EXIT STATUS
            \(LogExit.codes.helpList)
            """)

    @OptionGroup var arguments: LogArguments

    func run() async throws {
        try await LogExit.telling {
            let place = try LogPlace(arguments.directory)
            let report = try LogScan.run(directory: place.path, durable: place.durable)
            Output.results.write(arguments.json ? try JSONText.line(LogVerdict(report, place)) : Self.text(report))
            try LogExit.check(report, isWritten: place.writer != nil)
        }
    }

    private static func text(_ report: LogReport) -> String {
        var table = TextTable([
            .init(title: "FILE"), .init(title: "FIRST", isNumber: true), .init(title: "LAST", isNumber: true),
            .init(title: "RECORDS", isNumber: true), .init(title: "USED", isNumber: true),
            .init(title: "SIZE", isNumber: true), .init(title: "EPOCHS"), .init(title: "BEGUN"),
        ])
        for segment in report.segments {
            let epochs = segment.firstEpoch == segment.lastEpoch ? "" : " to \(segment.lastEpoch)"
            table.add([
                segment.name, "\(segment.first)", segment.last.map { "\($0)" } ?? "-", "\(segment.records)",
                byteText(segment.bytes), byteText(segment.size), "\(segment.firstEpoch)\(epochs)",
                timeText(segment.created),
            ])
        }
        for name in report.unbegun { table.add([name, "-", "-", "0", "-", "-", "-", "not begun"]) }
        for snapshot in report.snapshots {
            table.add([snapshot.name, "-", "\(snapshot.lsn)", "-", "-", byteText(snapshot.size), "-", "-"])
        }
        return table.text + report.damages.map { "\($0)\n" }.joined()
    }
}
