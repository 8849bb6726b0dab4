import ArgumentParser
import SagaLog

/// Which records are shown, and how.
struct RecordSelection: ParsableArguments {
    @Option(help: ArgumentHelp("Only records of this run.", valueName: "id"))
    var run: String?

    @Option(help: ArgumentHelp("Only records of this kind: run_started, step_committed, …", valueName: "kind"))
    var kind: String?

    @Flag(help: "Show what the application has put into the records: as text, or in hexadecimal; in JSON as base64.")
    var payload = false

    func validate() throws {
        if let run, run.count != 32 || !run.allSatisfy(\.isHexDigit) {
            throw ValidationError("--run is \(run): give the run's id, 32 hexadecimal digits.")
        }
        guard let kind else { return }
        let kinds = (0...UInt8.max).map { LogRecordKind(rawValue: $0).description }
        if !kinds.contains(kind) {
            let known = kinds.filter { !$0.hasPrefix("kind_") }
            throw ValidationError(
                "--kind is \(kind): there are \(known.joined(separator: ", ")), and kind_N of others.")
        }
    }

    func includes(_ record: LogRecord) -> Bool {
        if let run, !record.kind.isOfRun || "\(record.run)" != run.lowercased() { return false }
        return kind == nil || record.kind.description == kind
    }

    func line(_ record: LogRecord, json: Bool) throws -> String {
        let line = RecordLine(record, withPayload: payload)
        return json ? try JSONText.line(line) : line.text
    }
}
