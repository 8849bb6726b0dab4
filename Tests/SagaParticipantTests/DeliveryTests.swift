import Foundation
import GRDB
import SagaParticipant
import SagaParticipantGRDB
import TestSupport
import Testing

@Suite("Calls that are doubled, lost and overtaken")
struct DeliveryTests {
    /// The participant dies, or its disk refuses, before it has committed.
    struct Crash: Error {}

    enum Delivery { case action, compensation }

    /// One run of the model: what a caller has been told, and what must hold for it.
    private struct Told {
        var answer: Int?
        var isCompensated = false
    }

    /// Delivers calls of several runs in any order, each any number of times; some transactions are lost before they are
    /// committed, and some answers after.
    private func deliver(seed: UInt64, to account: some Account) throws {
        var random = SplitMix(state: seed)
        let runs = (0..<4).map { "run-\($0)" }
        var told: [String: Told] = [:]
        var inForce: Set<String> = []
        for turn in 0..<60 {
            let run = runs.randomElement(using: &random) ?? ""
            let delivery: Delivery = Bool.random(using: &random) ? .action : .compensation
            let isLost = Int.random(in: 0..<4, using: &random) == 0
            let label = "seed \(seed), turn \(turn), \(delivery) of \(run)"
            let before = told[run] ?? Told()
            var after = before
            do {
                switch delivery {
                case .action:
                    let outcome = try account.write { transaction in
                        let outcome = try account.barrier.perform(account.key(run), in: transaction) {
                            try account.charge(run, in: transaction)
                        }
                        if isLost { throw Crash() }
                        return outcome
                    }
                    #expect(!before.isCompensated, "\(label): performed after its compensation")
                    #expect(before.answer == nil || outcome == .repeated(before.answer ?? 0), "\(label): \(outcome)")
                    after.answer = outcome.answer
                    inForce.insert(run)
                case .compensation:
                    let outcome = try account.write { transaction in
                        let outcome = try account.barrier.compensate(account.key(run), in: transaction) {
                            try account.refund(run, in: transaction)
                        }
                        if isLost { throw Crash() }
                        return outcome
                    }
                    switch outcome {
                    case .performed: #expect(inForce.contains(run) && !before.isCompensated, "\(label)")
                    case .skippedEmpty: #expect(before.answer == nil && !before.isCompensated, "\(label)")
                    case .skippedDuplicate: #expect(before.isCompensated, "\(label)")
                    }
                    after.isCompensated = true
                    inForce.remove(run)
                }
            } catch is Crash {
                // Nothing was told.
            } catch let error as BarrierError {
                #expect(error == .lateForward(try account.key(run)), "\(label)")
                #expect(before.isCompensated && delivery == .action, "\(label)")
            }
            told[run] = after
            let entries = try account.entries(of: run)
            #expect(entries.charges <= 1, "\(label): applied \(entries.charges) times")
            #expect(entries.charges - entries.refunds == (inForce.contains(run) ? 1 : 0), "\(label): \(entries)")
        }
    }

    @Test(arguments: 0..<150 as Range<UInt64>) func anyOrderOfDeliveriesTakesEffectOnceInSQLite(seed: UInt64) throws {
        try deliver(seed: seed, to: SQLiteAccount.inMemory())
    }

    @Test func anyOrderOfDeliveriesTakesEffectOnceInMemory() throws {
        for seed in 0..<1_000 as Range<UInt64> { try deliver(seed: seed, to: MemoryAccount()) }
    }

    /// Several processes in front of one database: each has its own connections.
    @Test(arguments: 0..<4 as Range<UInt64>) func deliveriesAtTheSameTimeTakeEffectOnce(seed: UInt64) async throws {
        try await withTemporaryDirectory { folder in
            let accounts = try (0..<4).map { _ in try SQLiteAccount.opened(folder) }
            var random = SplitMix(state: seed)
            let runs = (0..<8).map { "run-\($0)" }
            // The odd ones are compensated as well.
            var calls = runs.enumerated().flatMap { index, run in
                Array(repeating: (run, Delivery.action), count: 6)
                    + Array(repeating: (run, Delivery.compensation), count: index % 2 * 3)
            }
            calls.shuffle(using: &random)
            let answers = try await withThrowingTaskGroup(of: (String, Int?).self) { group in
                for (index, (run, delivery)) in calls.enumerated() {
                    let account = accounts[index % accounts.count]
                    group.addTask {
                        switch delivery {
                        case .action:
                            do { return (run, try account.charge(run).answer) } catch is BarrierError {
                                return (run, nil)
                            }
                        case .compensation:
                            _ = try account.refund(run)
                            return (run, nil)
                        }
                    }
                }
                return try await group.reduce(into: [String: Set<Int>]()) { answers, next in
                    if let answer = next.1 { answers[next.0, default: []].insert(answer) }
                }
            }
            for (index, run) in runs.enumerated() {
                let entries = try accounts[0].entries(of: run)
                let isCompensated = index % 2 == 1
                #expect(entries.charges - entries.refunds == (isCompensated ? 0 : 1), "\(run): \(entries)")
                #expect(entries.charges <= 1, "\(run): \(entries)")
                #expect(answers[run, default: []].count <= 1, "\(run) was answered differently")
            }
        }
    }

    /// The database's files as they are at one instant are what a crash at that instant leaves.
    @Test func aCrashBeforeTheCommitLeavesNeitherMarkNorEffect() async throws {
        try await withTemporaryDirectory { folder in
            func copy(_ name: String) throws -> SQLiteAccount {
                let to = folder.appending(path: name)
                try FileManager.default.createDirectory(at: to, withIntermediateDirectories: true)
                for file in ["account.sqlite", "account.sqlite-wal"] {
                    try FileManager.default.copyItem(at: folder.appending(path: file), to: to.appending(path: file))
                }
                return try SQLiteAccount.opened(to)
            }
            let account = try SQLiteAccount.opened(folder)
            let charged = try account.write { database in
                let outcome = try account.barrier.perform(account.key("a"), in: database) {
                    try account.charge("a", in: database)
                }
                #expect(outcome == .performed(1))
                return try copy("charging")
            }
            let none = try charged.entries(of: "a")
            #expect(none == Entries())
            let anew = try charged.charge("a")
            #expect(anew == .performed(1))

            let committed = try copy("charged")
            let repeated = try committed.charge("a")
            #expect(repeated == .repeated(1))

            let refunding = try account.write { database in
                try account.barrier.compensate(account.key("a"), in: database) {
                    try account.refund("a", in: database)
                }
                return try copy("refunding")
            }
            let stillCharged = try refunding.entries(of: "a")
            #expect(stillCharged == Entries(charges: 1))
            let refunded = try refunding.refund("a")
            #expect(refunded == .performed("refunded"))
        }
    }
}
