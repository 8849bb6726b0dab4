import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaRuntime

/// Notes what happens to the resources of a test, in order.
private final class Notes: Sendable {
    private let notes = Mutex<[String]>([])

    func add(_ note: String) { notes.withLock { $0.append(note) } }
    var all: [String] { notes.withLock(\.self) }
}

private struct Broken: Error {}

@Suite("2.3 Leaks are found, told of and recovered")
struct ResourceTests {
    private let virtual = VirtualClock()
    private let clock: RuntimeClock
    private let notes = Notes()

    init() { clock = RuntimeClock(virtual) }

    private func table(limit: Int = 1024) -> ResourceTable {
        ResourceTable(saga: "leaks", run: "r1", clock: clock, limit: limit)
    }

    private func inTable(_ table: ResourceTable, _ body: () async throws -> Void) async throws {
        try await ResourceTable.$current.withValue(table) { try await body() }
    }

    // MARK: scopes

    @Test func aScopeReleasesHoweverItEnds() async throws {
        let (table, notes) = (table(), notes)
        let use: @Sendable (String, Bool) async throws -> Int = { name, fails in
            try await withResource(kind: "file") {
                name
            } release: {
                // Also in a task that is cancelled.
                try Task.checkCancellation()
                notes.add("release \($0)")
            } body: { _ in
                #expect(ResourceTable.current?.held.map(\.kind) == ["file"])
                if fails { throw Broken() }
                return 5
            }
        }
        try await inTable(table) {
            let value = try await use("a", false)
            #expect(value == 5)
            await #expect(throws: Broken.self) { try await use("b", true) }
            let (stream, open) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                for await _ in stream {}
                return try await use("c", false)
            }
            task.cancel()
            open.finish()
            let late = try await task.value
            #expect(late == 5)
        }
        #expect(notes.all == ["release a", "release b", "release c"])
        #expect(table.held.isEmpty)
        #expect(await table.close(grace: .seconds(1)).isEmpty)
    }

    @Test func aReleaseThatFailsIsALeakAndIsNotTriedAgain() async throws {
        let (table, notes) = (table(), notes)
        try await inTable(table) {
            _ = await #expect(throws: Broken.self) {
                try await withResource(kind: "broken") {
                } release: {
                    notes.add("release")
                    throw Broken()
                } body: {
                }
            }
        }
        let leaks = await table.close(grace: .seconds(1))
        #expect(notes.all == ["release"])
        #expect(leaks.map(\.isRecovered) == [false] && leaks.first?.error is Broken)
    }

    // MARK: leases

    @Test func whatIsReleasedIsNoLeak() async throws {
        let (table, notes) = (table(), notes)
        let released = table.lease("connection") { notes.add("closed") }
        let closed = table.lease("connection") { notes.add("closed by hand") }
        released.release()
        try await closed.close()
        #expect(await table.close(grace: .seconds(1)).isEmpty)
        #expect(notes.all == ["closed by hand"])
    }

    @Test func whatIsHeldWhenTheRunEndsIsClosedAndToldOf() async throws {
        let (table, notes, virtual) = (table(), notes, virtual)
        let kind: Attributes = ["saga.resource.kind": "leaked connection"]
        try await withRecording { recording in
            await inStep("reserve", of: "leaks") {
                _ = table.lease("leaked connection") { notes.add("first") }
                _ = table.lease("leaked connection") { throw Broken() }
            }
            #expect(metric(MetricCatalogue.resourceLeased, kind) == 2)
            #expect(table.held.map(\.step) == ["reserve", "reserve"])
            virtual.advance(by: .seconds(3))
            let leaks = await table.close(grace: .seconds(1))
            #expect(notes.all == ["first"])
            #expect(leaks.map(\.isRecovered) == [true, false])
            #expect(leaks.map(\.resource.run) == ["r1", "r1"] && leaks.last?.error is Broken)
            #expect(await table.close(grace: .seconds(1)).isEmpty)
            #expect(metric(MetricCatalogue.resourceLeased, kind) == 1)
            for isRecovered in [true, false] {
                let attributes = Attributes(kind.pairs + [("recovered", .bool(isRecovered))])
                #expect(metric(MetricCatalogue.resourceLeaks, attributes) == 1)
            }
            let told = try await recording.exported().logs(named: EventCatalogue.resourceLeaked).filter {
                $0["saga.resource.kind"] == .string("leaked connection")
            }
            #expect(told.map { $0["saga.resource.age"] } == [.double(3), .double(3)])
            #expect(told.map { $0["saga.step.name"] } == [.string("reserve"), .string("reserve")])
            #expect(told.map { $0["error.message"] } == [nil, .string("Broken()")])
        }
    }

    @Test func aCloserThatNeverReturnsIsLeftBehind() async throws {
        let (table, notes, virtual) = (table(), notes, virtual)
        let door = Door()
        _ = table.lease("stuck") { await door.pass() }
        _ = table.lease("stuck") { notes.add("other") }
        async let leaks = table.close(grace: .seconds(1))
        await virtual.untilSleeping(1)
        _ = try await eventually("the other one is closed") { notes.all == ["other"] ? true : nil }
        virtual.advance(by: .seconds(1))
        #expect(await leaks.map(\.isRecovered) == [false, true])
        #expect(await leaks.first?.error is DeadlineExceeded)
        door.open()
        _ = try await eventually("it is held no more") {
            metric(MetricCatalogue.resourceLeased, ["saga.resource.kind": "stuck"]) == 0 ? true : nil
        }
    }

    @Test func neitherCancellationNorTheRunsDeadlineKeepsFromClosing() async throws {
        let (table, notes, clock, virtual) = (table(), notes, clock, virtual)
        _ = table.lease("connection") {
            try Task.checkCancellation()
            notes.add("closed")
        }
        let (stream, open) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in stream {}
            return await SagaDeadline.$current.withValue(SagaDeadline(0, clock: clock)) {
                await table.close(grace: .seconds(1))
            }
        }
        virtual.advance(by: .seconds(1))
        task.cancel()
        open.finish()
        #expect(await task.value.map(\.isRecovered) == [true])
        #expect(notes.all == ["closed"])
    }

    @Test func beyondTheLimitAndAfterTheEndNothingIsTracked() async throws {
        let table = table(limit: 2)
        for _ in 0..<3 { _ = table.lease("too many") {} }
        #expect(table.held.count == 2)
        #expect(await table.close(grace: .seconds(1)).count == 2)
        table.lease("too many") {}.release()
        #expect(metric(MetricCatalogue.resourceUntracked, ["saga.resource.kind": "too many"]) == 2)
    }

    /// Releases race with the end of the run: each resource is closed exactly once.
    @Test func releasesAndTheEndAtOnce() async throws {
        for round in 0..<100 {
            let (table, closings) = (table(), Notes())
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    let entry = table.enter("racing") { closings.add("\(number)") }
                    for _ in 0..<2 { group.addTask { try? await entry.close() } }
                }
                group.addTask { _ = await table.close(grace: .seconds(60)) }
            }
            #expect(closings.all.sorted() == (0..<20).map(String.init).sorted(), "round \(round)")
        }
        _ = try await eventually("nothing is held") {
            metric(MetricCatalogue.resourceLeased, ["saga.resource.kind": "racing"]) == 0 ? true : nil
        }
    }
}
