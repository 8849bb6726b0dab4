import CSagascope
import TaskInspection

/// One note of a run for its critical path, beside writing it into an array of one thread.
final class RunNoteAdd: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "array of one thread"
    let operations = 100_000
    let passes = 10
    private let run: UInt32
    private var array = [sgs_run_note](repeating: sgs_run_note(), count: Int(SGS_RUN_NOTES))

    init() throws {
        guard let run = SagaRuns.open(SagaRuns.Run(saga: "bench", id: "1")) else { throw NoRun() }
        self.run = run
    }

    private struct NoRun: Error {}

    deinit { SagaRuns.close(run) }

    private static func note(_ number: Int) -> sgs_run_note {
        let number = UInt64(number)
        return sgs_run_note(
            serial: 0, task: number, other: 1, from: number, until: number + 1, scope: 1,
            kind: UInt32(SGS_NOTE_WAITED))
    }

    func pass(_ meter: inout Meter) async throws {
        meter.measure {
            for number in 0..<operations {
                var note = Self.note(number)
                sgs_run_note_add(run, &note)
            }
        }
        var isCut: Int32 = 0
        let copied = withUnsafeTemporaryAllocation(of: sgs_run_note.self, capacity: Int(SGS_RUN_NOTES)) {
            sgs_run_notes_copy(run, $0.baseAddress, &isCut)
        }
        try require(copied == SGS_RUN_NOTES, "only \(copied) notes are there")
    }

    func referencePass(_ meter: inout Meter) async throws {
        meter.measure { for number in 0..<operations { array[number % array.count] = Self.note(number) } }
        try require(array.allSatisfy { $0.other == 1 }, "a note is missing")
    }
}
