import Foundation
import Synchronization
import Testing

@testable import SagaLog

@Suite struct SlotListTests {
    @Test func eachNumberIsOnePartysAtATime() {
        let list = SlotList(capacity: 3)
        #expect([list.take(), list.take(), list.take(), list.take()] == [0, 1, 2, nil])
        list.giveBack(1)
        list.giveBack(0)
        #expect([list.take(), list.take(), list.take()] == [0, 1, nil])
        #expect(list.bound == 3)
    }

    /// Fewer numbers than threads want, so that a thread often comes too late.
    @Test func noNumberIsTakenTwice() {
        let list = SlotList(capacity: 5)
        let holders = (0..<5).map { _ in Holder() }
        let taken = Atomic<Int>(0)
        let doubly = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<50_000 {
                let numbers = [list.take(), list.take()].compactMap { $0 }
                for number in numbers {
                    taken.add(1, ordering: .relaxed)
                    if holders[Int(number)].count.add(1, ordering: .relaxed).newValue != 1 {
                        doubly.add(1, ordering: .relaxed)
                    }
                }
                for number in numbers {
                    holders[Int(number)].count.subtract(1, ordering: .relaxed)
                    list.giveBack(number)
                }
            }
        }
        #expect(doubly.load(ordering: .relaxed) == 0)
        #expect(taken.load(ordering: .relaxed) > 50_000)
        let left = Set((0..<5).compactMap { _ in list.take() })
        #expect(left == [0, 1, 2, 3, 4] && list.take() == nil)
    }

    private final class Holder: Sendable {
        let count = Atomic<Int>(0)
    }
}
