import CMallocCount
import Dispatch
import Foundation
import Synchronization

/// Sums what the measured parts of a pass take: either their time or their allocations, since counting disturbs the time.
struct Meter {
    enum Quantity {
        case nanoseconds
        case mallocs
    }

    let quantity: Quantity
    private(set) var total = 0.0

    init(_ quantity: Quantity) { self.quantity = quantity }

    mutating func measure(_ body: () throws -> Void) rethrows {
        let start = begin()
        try body()
        total += end(start)
    }

    mutating func measureAsync(_ body: () async throws -> Void) async rethrows {
        let start = begin()
        try await body()
        total += end(start)
    }

    /// What was measured elsewhere.
    mutating func add(_ amount: Double) { total += amount }

    /// Runs `body` on as many new threads at once. The time is the mean of the threads' own, from a common start.
    mutating func measure(threads: Int, _ body: @escaping @Sendable () -> Void) {
        let team = Team(threads)
        for _ in 0..<threads { Thread { team.run(body) }.start() }
        team.waitUntilReady()
        let start = begin()
        team.go()
        let nanoseconds = team.waitUntilDone()
        let measured = end(start)
        total += quantity == .nanoseconds ? nanoseconds / Double(threads) : measured
    }

    private func begin() -> UInt64 {
        guard quantity == .nanoseconds else {
            malloc_count_start()
            return 0
        }
        return DispatchTime.now().uptimeNanoseconds
    }

    private func end(_ start: UInt64) -> Double {
        quantity == .nanoseconds
            ? Double(DispatchTime.now().uptimeNanoseconds - start) : Double(malloc_count_stop())
    }
}

/// Threads that start at once: each spins at the line, so that none is still being created when the first one runs.
private final class Team: Sendable {
    private let size: Int
    private let ready = Atomic<Int>(0)
    private let started = Atomic<Bool>(false)
    private let nanoseconds = Atomic<UInt64>(0)
    private let done = DispatchSemaphore(value: 0)

    init(_ size: Int) { self.size = size }

    func run(_ body: () -> Void) {
        ready.add(1, ordering: .relaxed)
        while !started.load(ordering: .acquiring) {}
        let start = DispatchTime.now().uptimeNanoseconds
        body()
        nanoseconds.add(DispatchTime.now().uptimeNanoseconds - start, ordering: .relaxed)
        done.signal()
    }

    func waitUntilReady() {
        while ready.load(ordering: .relaxed) < size { sched_yield() }
    }

    func go() { started.store(true, ordering: .releasing) }

    /// The threads' times, summed.
    func waitUntilDone() -> Double {
        for _ in 0..<size { done.wait() }
        return Double(nanoseconds.load(ordering: .relaxed))
    }
}
