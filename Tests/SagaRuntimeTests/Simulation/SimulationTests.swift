import FoundationEssentials
import SagaInstrumentation
import SagaLog
import TestSupport
import Testing

@testable import SagaRuntime

/// Histories that follow from seeds. One that fails is repeated by `TEST_SEED=… TEST_HISTORIES=1`.
@Suite struct SimulationTests {
    private static func setting(_ name: String, _ fallback: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? fallback
    }

    @Test func everyHistoryKeepsItsPromises() throws {
        let isTorture = ProcessInfo.processInfo.environment["TEST_TORTURE"] != nil
        let first = Self.setting("TEST_SEED", isTorture ? .random(in: 0 ... .max / 2) : 1)
        let count = Self.setting("TEST_HISTORIES", isTorture ? 100_000 : 3_000)
        var (ends, lives) = ([String: Int](), 0)
        for seed in first..<first + count {
            let history = SimulatedHistory(seed: seed)
            let (answers, reports) = try live(history, seed)
            var invariants = SagaInvariants(history, answers, reports)
            try invariants.check()
            #expect(invariants.violations == [], "TEST_SEED=\(seed) TEST_HISTORIES=1")
            for answer in answers.values { ends[answer.result.rawValue, default: 0] += 1 }
            lives += history.deaths.count
            if invariants.violations != [] { return }
        }
        print("\(count) histories from seed \(first), \(lives) processes:", ends.sorted { $0.key < $1.key })
        guard count >= 3_000 else { return }
        // A simulation that never gets there proves nothing.
        for end in ["success", "compensated", "compensation_failed", "failure", "timeout", "cancellation"] {
            #expect(ends[end, default: 0] > 10, "\(end)")
        }
    }

    /// Every place in the log at which a process can die, and each time a second one dies while it takes over.
    @Test func deathAtEveryAppend() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            for append in 1...25 {
                for second in [1, 2, 3] {
                    for deaths: [MemoryStore.Death] in [
                        [.before(append), .after(second)], [.after(append), .before(second)],
                    ] {
                        let history = SimulatedHistory(seed: seed, deaths: deaths)
                        let (answers, reports) = try live(history, seed)
                        var invariants = SagaInvariants(history, answers, reports)
                        try invariants.check()
                        #expect(invariants.violations == [], "seed \(seed), \(deaths)")
                        if invariants.violations != [] { return }
                    }
                }
            }
        }
    }

    @Test func aSeedIsOneHistory() throws {
        for seed in [3, 77, 4711] as [UInt64] {
            let histories = [SimulatedHistory(seed: seed), SimulatedHistory(seed: seed)]
            for history in histories { _ = try live(history, seed) }
            #expect(histories[0].log.records == histories[1].log.records)
            #expect(histories[0].participant.events == histories[1].participant.events)
        }
    }

    private func live(
        _ history: SimulatedHistory, _ seed: UInt64
    ) throws -> (SimulatedHistory.Answers, [RunReport]) {
        do { return try history.live() } catch {
            Issue.record("TEST_SEED=\(seed) TEST_HISTORIES=1: nothing can happen any more")
            throw error
        }
    }
}
