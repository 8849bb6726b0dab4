import Foundation
import GRDB
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaParticipant
@testable import SagaParticipantGRDB

@Suite("Each case of the table, in SQLite and in memory")
struct BarrierTests {
    struct Down: Error {}

    static let accounts: [@Sendable () throws -> any Account] = [
        { try SQLiteAccount.inMemory() }, { MemoryAccount() },
    ]

    @Test(arguments: 0..<accounts.count) func aSecondActionGetsTheFirstOnesAnswer(_ index: Int) throws {
        func check(_ account: some Account) throws {
            let (first, other) = (try account.charge("a"), try account.charge("b"))
            let second = try account.charge("a")
            #expect(first == .performed(1) && other == .performed(2))
            #expect(second == .repeated(1))
            let entries = try account.entries(of: "a")
            #expect(entries == Entries(charges: 1))
        }
        try check(Self.accounts[index]())
    }

    @Test(arguments: 0..<accounts.count) func aSecondCompensationIsSkipped(_ index: Int) throws {
        func check(_ account: some Account) throws {
            _ = try account.charge("a")
            let (first, second) = (try account.refund("a"), try account.refund("a"))
            #expect(first == .performed("refunded"))
            #expect(second == .skippedDuplicate)
            let entries = try account.entries(of: "a")
            #expect(entries == Entries(charges: 1, refunds: 1))
        }
        try check(Self.accounts[index]())
    }

    @Test(arguments: 0..<accounts.count) func anActionAfterItsEmptyCompensationIsRefused(_ index: Int) throws {
        func check(_ account: some Account) throws {
            let empty = try account.refund("a")
            #expect(empty == .skippedEmpty)
            let key = try account.key("a")
            for _ in 0..<2 { #expect(throws: BarrierError.lateForward(key)) { try account.charge("a") } }
            let again = try account.refund("a")
            #expect(again == .skippedDuplicate)
            let entries = try account.entries(of: "a")
            #expect(entries == Entries())
        }
        try check(Self.accounts[index]())
    }

    /// Its first answer no longer holds.
    @Test(arguments: 0..<accounts.count) func anActionAfterItsCompensationIsRefused(_ index: Int) throws {
        func check(_ account: some Account) throws {
            _ = try account.charge("a")
            _ = try account.refund("a")
            let key = try account.key("a")
            #expect(throws: BarrierError.lateForward(key)) { try account.charge("a") }
            let entries = try account.entries(of: "a")
            #expect(entries == Entries(charges: 1, refunds: 1))
        }
        try check(Self.accounts[index]())
    }

    @Test(arguments: 0..<accounts.count) func whatThrowsMayBeTriedAgain(_ index: Int) throws {
        func check<Some: Account>(_ account: Some) throws {
            let key = try account.key("a")
            // The transaction itself is committed: the program took the error for something that it could bear.
            _ = try account.write { transaction in
                #expect(throws: Down.self) {
                    _ = try account.barrier.perform(key, in: transaction) { () throws -> Int in
                        _ = try account.charge("a", in: transaction)
                        throw Down()
                    }
                }
            }
            let none = try account.entries(of: "a")
            #expect(none == Entries())
            let charged = try account.charge("a")
            #expect(charged == .performed(1))
            _ = try account.write { transaction in
                #expect(throws: Down.self) {
                    try account.barrier.compensate(key, in: transaction) {
                        try account.refund("a", in: transaction)
                        throw Down()
                    }
                }
            }
            let repeated = try account.charge("a")
            #expect(repeated == .repeated(1))
            let refunded = try account.refund("a")
            #expect(refunded == .performed("refunded"))
            let entries = try account.entries(of: "a")
            #expect(entries == Entries(charges: 1, refunds: 1))
        }
        try check(Self.accounts[index]())
    }

    @Test(arguments: 0..<accounts.count) func stepsAndRunsDoNotKnowOfEachOther(_ index: Int) throws {
        func check<Some: Account>(_ account: Some) throws {
            let keys = [
                ("a", "s"), ("a", "t"), ("b", "s"), ("A", "s"), ("a/s", "s"), ("caf\u{e9}", "s"), ("cafe\u{301}", "s"),
            ]
            for (run, step) in keys {
                let key = try BarrierKey(run: run, step: step)
                let outcome = try account.write { try account.barrier.perform(key, in: $0) { step + run } }
                #expect(outcome == .performed(step + run))
            }
        }
        try check(Self.accounts[index]())
    }

    @Test(arguments: 0..<accounts.count) func forgetsTheOldestAndNoMoreThanTheLimit(_ index: Int) throws {
        func check<Some: Account>(_ account: Some) throws {
            for run in 0..<10 { _ = try account.charge("\(run)") }
            let past = try account.write { try account.barrier.forget(before: .distantPast, in: $0) }
            #expect(past == 0)
            let (some, none) = try account.write { transaction in
                (
                    try account.barrier.forget(before: .distantFuture, limit: 4, in: transaction),
                    try account.barrier.forget(before: .distantFuture, limit: -1, in: transaction)
                )
            }
            #expect(some == 4 && none == 0)
            let rest = try account.write { try account.barrier.forget(before: .distantFuture, in: $0) }
            #expect(rest == 6)
            let anew = try account.charge("0")
            #expect(anew == .performed(11))
        }
        try check(Self.accounts[index]())
    }
}

@Suite("What is remembered")
struct BarrierMemoryTests {
    struct Charge: Codable, Equatable { var cents: Int }
    struct Refund: Codable, Equatable { var reason: String }

    private let account: SQLiteAccount
    private let key: BarrierKey

    init() throws {
        account = try SQLiteAccount.inMemory()
        key = try BarrierKey(run: "a", step: "charge")
    }

    @Test func anAnswerOfAnotherTypeIsToldAndNothingIsPerformed() throws {
        _ = try account.write { try account.barrier.perform(key, in: $0) { Charge(cents: 500) } }
        let error = #expect(throws: BarrierError.self) {
            try account.write { try account.barrier.perform(key, in: $0) { Refund(reason: "performed twice") } }
        }
        guard case .unreadableAnswer(key, type: "Refund", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let again = try account.write { try account.barrier.perform(key, in: $0) { Charge(cents: 1) } }
        #expect(again == .repeated(Charge(cents: 500)))
    }

    @Test func anAnswerMayBeNothing() throws {
        for _ in 0..<2 {
            let outcome = try account.write { try account.barrier.perform(key, in: $0) { () -> Int? in nil } }
            #expect(outcome.answer == nil)
        }
        let marks = try account.marks()
        #expect(marks == 1)
    }

    @Test func anAnswerThatIsTooLongUndoesTheAction() throws {
        let limit = Barrier<SQLiteBarrierStore>.longestAnswer
        // With its quotes.
        let longest = String(repeating: "x", count: limit - 2)
        #expect(throws: BarrierError.answerTooLong(key, bytes: limit + 1, limit: limit)) {
            try account.write { database in
                try account.barrier.perform(key, in: database) {
                    _ = try account.charge("a", in: database)
                    return longest + "x"
                }
            }
        }
        let entries = try account.entries(of: "a")
        #expect(entries == Entries())
        let fits = try account.write { try account.barrier.perform(key, in: $0) { longest } }
        #expect(fits == .performed(longest))
    }

    /// A mark is as old as its last change, and goes as a whole: a step is known with its compensation, or not at all.
    @Test func theTimeOfAMarkIsThatOfItsLastChange() throws {
        let clock = ManualDate()
        let account = try SQLiteAccount(
            DatabaseQueue(), barrier: Barrier(SQLiteBarrierStore(), now: { clock.date }))
        _ = try account.charge("a")
        clock.date += 10
        _ = try account.refund("a")
        _ = try account.charge("b")
        clock.date -= 5
        let early = try account.write { try account.barrier.forget(before: clock.date, in: $0) }
        #expect(early == 0)
        #expect(throws: BarrierError.lateForward(try account.key("a"))) { try account.charge("a") }
        clock.date += 6
        let late = try account.write { try account.barrier.forget(before: clock.date, in: $0) }
        #expect(late == 2)
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300]) func noTimeIsTooStrange(seconds: Double) throws
    {
        let account = try SQLiteAccount(
            DatabaseQueue(), barrier: Barrier(SQLiteBarrierStore(), now: { Date(timeIntervalSince1970: seconds) }))
        _ = try account.charge("a")
        let repeated = try account.charge("a")
        #expect(repeated == .repeated(1))
        _ = try account.write { try account.barrier.forget(before: Date(timeIntervalSince1970: seconds), in: $0) }
    }

    @Test func eachVerdictIsCountedOnce() throws {
        let registry = MetricRegistry()
        let account = try SQLiteAccount(
            DatabaseQueue(), barrier: Barrier(SQLiteBarrierStore(), instruments: BarrierInstruments(registry)))
        _ = try account.charge("a")
        for _ in 0..<2 { _ = try account.charge("a") }
        _ = try account.refund("a")
        for _ in 0..<3 { _ = try account.refund("a") }
        for _ in 0..<4 { #expect(throws: BarrierError.self) { try account.charge("a") } }
        for run in 0..<5 { _ = try account.refund("\(run)") }
        let metric = try #require(registry.snapshot().metrics.first { $0.descriptor.name == "saga.barrier.calls" })
        guard case .numbers(let points) = metric.points else {
            Issue.record("no numbers")
            return
        }
        let counted = points.map { point in
            let attributes = metric.attributes(of: point.series)
            let values = ["saga.barrier.operation", "saga.barrier.outcome"].map { attributes[$0].map { "\($0)" } ?? "" }
            return "\(values.joined(separator: " ")) \(point.value)"
        }
        let expected = [
            "action performed int(1)", "action repeated int(2)", "action late int(4)", "compensation performed int(1)",
            "compensation duplicate int(3)", "compensation empty int(5)",
        ]
        #expect(Set(counted) == Set(expected))
    }
}

/// A clock that tests set.
private final class ManualDate: Sendable {
    private let value = Mutex(Date(timeIntervalSince1970: 1_000))

    var date: Date {
        get { value.withLock(\.self) }
        set { value.withLock { $0 = newValue } }
    }
}
