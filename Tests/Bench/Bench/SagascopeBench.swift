import ArgumentParser
import Foundation
import SagaTasks
import TaskInspection

@main
struct SagascopeBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sagascope-bench",
        abstract: "Measures what recording, collecting and exporting cost, each beside a reference from the same run.",
        discussion: """
            Figures are medians per operation. A reference is a floor written in C, or the same calls without us. No figure \
            fails a run; work that did not happen as claimed does, with exit code 1.
            """)

    @Option(help: "Run only the benches whose name contains this.")
    var filter: String?

    @Option(help: ArgumentHelp("Also write the rows as JSON.", valueName: "file"))
    var json: String?

    @Flag(help: "Print the names of the benches and stop.")
    var list = false

    func validate() throws {
        guard chosen.isEmpty else { return }
        throw ValidationError("no bench has \"\(filter ?? "")\" in its name; see --list")
    }

    func run() async throws {
        if list {
            for entry in chosen { print(entry.name) }
            return
        }
        let recorder = Recorder()
        // Events that tell of a busy machine are no part of the work.
        TaskTracking.thresholds.poolHog = .seconds(3600)
        TaskTracking.blockedThreshold = .max
        var rows: [Row] = []
        for entry in chosen {
            FileHandle.standardError.write(Data("measuring \(entry.name)\n".utf8))
            rows.append(try await measure(entry.name, try await entry.make(recorder)))
        }
        try await recorder.stop()
        let report = Report(machine: Machine.description, benches: rows)
        print(report.text, terminator: "")
        if let json { try report.writeJSON(to: json) }
    }

    private var chosen: [Suite.Entry] {
        Suite.entries.filter { entry in filter.map { entry.name.contains($0) } ?? true }
    }
}
