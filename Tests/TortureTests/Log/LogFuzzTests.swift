import Foundation
import LogPlan
import SagaLog
import SagaTelemetry
import TestSupport
import Testing

/// Logs whose files were changed: opened with all that is certain, or refused with an error; no crash, no hang, no silent
/// acceptance.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct LogFuzzTests {
    private static let rounds = Torture.isOn ? 5_000 : 60

    /// A log, and what is in it.
    private struct Original {
        let directory: String
        let records: [JudgedRecord]
        let next: [UInt64: UInt32]

        /// The first record of the last group commit: what is before was durable when that was written.
        var lastGroup: UInt64 { records.last.map { $0.lsn - $0.group } ?? 1 }
    }

    @Test(arguments: [false, true])
    func changedFiles(hasSnapshots: Bool) async throws {
        print("LogFuzzTests: TEST_SEED=\(Torture.seed)")
        var random = SplitMix(state: Torture.seed)
        try await withTemporaryDirectory { directory in
            let original = try await write(to: directory.path + "/original", hasSnapshots: hasSnapshots)
            for round in 0..<Self.rounds {
                let copy = directory.path + "/copy"
                try FileManager.default.copyItem(atPath: original.directory, toPath: copy)
                let mutation = try LogMutation(in: copy, original.records, &random)
                // What the view knows to have been durable makes more sure; a log has to do without.
                if round % 2 == 0 { try? FileManager.default.removeItem(atPath: copy + "/runs.view") }
                let fault = try judge(copy, original, mutation)
                #expect(fault == nil, "round \(round): \(mutation)")
                try FileManager.default.removeItem(atPath: copy)
            }
        }
    }

    private func options(hasSnapshots: Bool) -> SagaLogOptions {
        var options = SagaLogOptions()
        options.segmentBytes = 1 << 20
        options.reserveBytes = 256 << 10
        options.snapshotEvery = hasSnapshots ? 1 : 0
        options.retainedSegments = hasSnapshots ? 0 : 100
        options.viewSlots = 64
        return options
    }

    private func write(to directory: String, hasSnapshots: Bool) async throws -> Original {
        let log = try SagaLog.open(directory, options: options(hasSnapshots: hasSnapshots))
        for number in 0..<UInt32(hasSnapshots ? 900 : 300) {
            let task = Int(number % 7) + 1
            let run = log.run(TraceID(high: LogPlan.high, low: UInt64(task)))
            let first = run.nextSequence
            let entries = (first...first + number % 3).map { sequence in
                LogEntry(
                    sequence == 0 ? .runStarted : .note, sequence: sequence, name: "task-\(task)",
                    payload: LogPlan.payload(task: task, sequence: sequence, atMost: 4000))
            }
            try await run.commit(entries)
            if hasSnapshots, number % 300 == 299 { try await log.takeSnapshot() }
        }
        log.close()
        for spare in ["spare.segment", "reserve.segment"] {
            try? FileManager.default.removeItem(atPath: directory + "/" + spare)
        }
        let records = try JudgedLog(directory).records
        let next = try next(in: directory, hasSnapshots: hasSnapshots)
        return Original(directory: directory, records: records, next: next)
    }

    /// The runs' next numbers, as a copy of the log that is opened says.
    private func next(in directory: String, hasSnapshots: Bool) throws -> [UInt64: UInt32] {
        let copy = directory + "-opened"
        try FileManager.default.copyItem(atPath: directory, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let log = try SagaLog.open(copy, options: options(hasSnapshots: hasSnapshots))
        defer { log.close() }
        return numbers(log)
    }

    private func numbers(_ log: SagaLog) -> [UInt64: UInt32] {
        Dictionary(
            uniqueKeysWithValues: (1...7).map { ($0, log.run(TraceID(high: LogPlan.high, low: $0)).nextSequence) })
    }

    /// - Returns: what is wrong.
    private func judge(_ directory: String, _ original: Original, _ mutation: LogMutation) throws -> String? {
        let next: [UInt64: UInt32]
        do throws(SagaLogError) {
            let log = try SagaLog.open(directory, options: options(hasSnapshots: false))
            next = numbers(log)
            log.close()
        } catch {
            return error.description.isEmpty ? "an error without words" : nil
        }
        if mutation.isForged { return nil }
        let found = try JudgedLog(directory)
        if let torn = found.torn { return "still torn: \(torn)" }
        // The last record says that the log was opened.
        let kept = found.records.dropLast()
        guard kept.elementsEqual(original.records.prefix(kept.count)) else { return "other records than were written" }
        guard (kept.last?.lsn ?? 0) + 1 >= original.lastGroup else {
            return "opened with \(kept.count) of \(original.records.count) records"
        }
        return kept.count < original.records.count || next == original.next ? nil : "runs stand elsewhere: \(next)"
    }
}
