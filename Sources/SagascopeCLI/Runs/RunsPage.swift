import RunInspection
import SagaLog
import TaskInspection

/// The open runs of a log at one moment.
struct RunsPage: Encodable {
    struct Run: Encodable {
        let run: String
        let saga: String
        let state: String
        /// The step that was told of last; nil before the first.
        let step: String?
        let attempt: UInt16
        let lsn: LSN
        let sequence: UInt32
        let epoch: UInt32
        let startedUnixNano: UInt64
        let changedUnixNano: UInt64
        /// nil unless the log was asked for them.
        let deadLetters: [String]?

        init(_ status: RunStatus, deadLetters: [String]?) {
            self.deadLetters = deadLetters
            (run, saga, state) = ("\(status.run)", status.saga, "\(status.state)")
            (step, attempt) = (status.step.isEmpty ? nil : status.step, status.attempt)
            (lsn, sequence, epoch) = (status.lsn, status.sequence, status.epoch)
            (startedUnixNano, changedUnixNano) = (status.started, status.changed)
        }
    }

    /// What has become of the process that writes the log.
    enum Writer: String, Encodable {
        case alive, closed, dead, unknown
    }

    private let directory: String
    private let timeUnixNano: UInt64
    private let writer: Writer
    private let writerProcess: Int32
    private let durable: LSN
    private let mapped: LSN
    /// Open runs that found no room in the view.
    private let unmapped: UInt64
    private let unreadable: Int
    private let damaged: Int
    private let runs: [Run]
    private let heartbeatUnixNano: UInt64

    /// - Parameter deadLetters: by run; nil when the log was not asked.
    init(directory: String, view: MappedViewReader, runs: [RunStatus], deadLetters: [String: [String]]?) {
        timeUnixNano = UnixTime.now
        self.directory = directory
        writer =
            view.isClosed ? .closed : view.writer.isAlive.map { $0 ? .alive : .dead } ?? .unknown
        writerProcess = view.writer.process
        (durable, mapped, unmapped) = (view.durable, view.mapped, view.unmapped)
        (unreadable, damaged, heartbeatUnixNano) = (view.unreadable, view.damaged, view.heartbeat)
        self.runs = runs.map { run in Run(run, deadLetters: deadLetters.map { $0["\(run.run)"] ?? [] }) }
    }

    var text: String {
        let isTold = runs.contains { $0.deadLetters != nil }
        var table = TextTable(
            [
                .init(title: "RUN"), .init(title: "SAGA"), .init(title: "STATE"), .init(title: "STEP"),
                .init(title: "ATTEMPT", isNumber: true), .init(title: "CHANGED", isNumber: true),
                .init(title: "AGE", isNumber: true), .init(title: "LSN", isNumber: true),
            ] + (isTold ? [.init(title: "DEAD LETTERS")] : []))
        for run in runs {
            table.add(
                [
                    run.run, run.saga.isEmpty ? "-" : run.saga, run.state, run.step ?? "-",
                    run.step == nil ? "-" : "\(run.attempt)", since(run.changedUnixNano), since(run.startedUnixNano),
                    "\(run.lsn)",
                ] + (run.deadLetters.map { [$0.joined(separator: ", ")] } ?? []))
        }
        return headline + "\n" + table.text + notes
    }

    private var headline: String {
        let process =
            switch writer {
            case .alive: "written by process \(writerProcess)"
            case .closed: "closed"
            case .dead: "process \(writerProcess), which wrote it, is dead"
            case .unknown: "process \(writerProcess) elsewhere wrote it \(since(heartbeatUnixNano)) ago"
            }
        return "\(directory): \(countText(UInt64(runs.count), "open run")), durable up to LSN \(durable), \(process)"
    }

    /// What is not seen.
    private var notes: String {
        var notes = ""
        if unmapped > 0 {
            notes += "\(countText(unmapped, "run")) found no room in the view since the log was opened\n"
        }
        if unreadable + damaged > 0 {
            notes +=
                "\(countText(UInt64(unreadable + damaged), "slot")) cannot be read; the log itself tells what is in it\n"
        }
        return notes
    }

    /// 0 for what lies ahead: another clock wrote it.
    private func since(_ time: UInt64) -> String {
        DurationText.of(nanoseconds: timeUnixNano > time ? timeUnixNano - time : 0)
    }
}
