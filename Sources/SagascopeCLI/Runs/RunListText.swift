import RunInspection
import SagaLog
import SagaRuntime
import TaskInspection

/// A program's open runs for people.
struct RunListText {
    private let list: RunList
    private let place: String

    /// Bytes of a cell.
    static let cellBytes = 40

    init(_ list: RunList, of place: String) { (self.list, self.place) = (list, place) }

    var text: String {
        var table = TextTable([
            .init(title: "RUN"), .init(title: "ID"), .init(title: "SAGA"), .init(title: "STATE"), .init(title: "STEP"),
            .init(title: "ATTEMPT", isNumber: true), .init(title: "CHANGED", isNumber: true),
            .init(title: "AGE", isNumber: true), .init(title: "LSN", isNumber: true), .init(title: "NOTES"),
        ])
        for run in list.runs {
            let cells = [
                run.run, run.id, run.saga, run.state, run.step ?? "-", run.step == nil ? "-" : "\(run.attempt)",
                since(run.changedUnixNano), since(run.startedUnixNano), "\(run.lsn)",
            ].map { $0.isEmpty ? "-" : $0.shortened(to: Self.cellBytes) }
            table.add(cells + [Self.notes(run)])
        }
        return headline + "\n" + table.text + notes
    }

    private var headline: String {
        let shown = list.runs.count + list.leftOut
        let open = countText(UInt64(list.open), "open run")
        return "\(place): " + (shown == list.open ? open : "\(shown) of \(open)")
    }

    private var notes: String {
        var notes = ""
        if list.coordinators == 0 {
            notes += "no coordinator is attached: the program calls attach(_:) of its SagascopeService\n"
        }
        if list.leftOut > 0 { notes += "\(list.leftOut) more are not shown; --limit shows more\n" }
        return notes
    }

    private static func notes(_ run: RunLine) -> String {
        var notes: [String] = []
        if !run.deadLetters.isEmpty { notes.append("dead letters: " + run.deadLetters.joined(separator: ", ")) }
        if let attention = run.attention { notes.append(attention) }
        if let error = run.error { notes.append(error.type) }
        return notes.joined(separator: "; ").shortened(to: 4 * cellBytes)
    }

    private func since(_ time: UInt64) -> String {
        if time == 0 { return "-" }
        return DurationText.of(nanoseconds: list.timeUnixNano > time ? list.timeUnixNano - time : 0)
    }
}
