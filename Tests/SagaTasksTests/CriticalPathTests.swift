import Testing

@testable import SagaTasks

/// Times in ns; the run is task 1, and runs from 0 to 1000.
struct CriticalPathTests {
    private typealias Note = CriticalPath.Note

    private func path(_ notes: [Note], isCut: Bool = false) -> CriticalPath {
        CriticalPath(notes, of: 1, from: 0, until: 1000, isCut: isCut)
    }

    private func time(_ path: CriticalPath, _ scope: UInt32, _ spending: CriticalPath.Spending) -> UInt64 {
        path.durations[CriticalPath.Part(scope: scope, spending: spending)] ?? 0
    }

    /// One after the other: each step has its own time.
    @Test func sequentialSteps() {
        let found = path([
            .entered(task: 1, scope: 10, at: 100),
            .waited(task: 1, waker: 0, from: 150, until: 350, scope: 10),
            .entered(task: 1, scope: 11, at: 400),
            .waited(task: 1, waker: 99, from: 420, until: 920, scope: 11),
            .entered(task: 1, scope: 1, at: 950),
        ])
        #expect(time(found, 10, .external) == 200 && time(found, 10, .running) == 100)
        #expect(time(found, 11, .external) == 500 && time(found, 11, .running) == 50)
        #expect(time(found, 1, .running) == 50 && found.total == 1000 && found.isComplete)
        #expect(found.largest?.scope == 11 && found.largest?.spending == .external && found.largest?.duration == 550)
    }

    /// Three children: the run went on when the slowest had ended, so the way leads through it alone.
    @Test func theSlowestOfParallelSteps() {
        var notes: [Note] = []
        for (child, end) in [(2, 300), (3, 900), (4, 500)] as [(UInt64, UInt64)] {
            notes.append(.created(task: child, creator: 1, at: 100))
            notes.append(.entered(task: child, scope: 10 + UInt32(child), at: 110))
            notes.append(.waited(task: child, waker: 0, from: 120, until: end - 10, scope: 10 + UInt32(child)))
            notes.append(.waited(task: 1, waker: child, from: 100, until: end, scope: 1))
        }
        let found = path(notes)
        #expect(time(found, 13, .external) == 770 && found.largest?.scope == 13)
        #expect(time(found, 12, .external) == 0 && time(found, 14, .external) == 0)
        #expect(found.total == 1000 && found.isComplete)
    }

    @Test func aWakerThatIsNoTaskOfTheRunIsOutside() {
        let found = path([.waited(task: 1, waker: 77, from: 100, until: 900, scope: 5)])
        #expect(time(found, 5, .external) == 800 && found.isComplete)
    }

    /// A task that was there all the time wakes the run again and again.
    @Test func tasksThatWakeEachOther() {
        let found = path([
            .created(task: 2, creator: 1, at: 50),
            .waited(task: 2, waker: 1, from: 60, until: 400, scope: 2),
            .waited(task: 1, waker: 2, from: 410, until: 800, scope: 1),
        ])
        #expect(found.total == 1000 && time(found, 1, .external) == 0 && time(found, 2, .external) == 0)
    }

    @Test func whatIsMissingIsSaid() {
        let notes: [Note] = [.waited(task: 1, waker: 0, from: 600, until: 900, scope: 5)]
        let found = path(notes, isCut: true)
        #expect(!found.isComplete && found.total == 1000)
        // Of the waker there is nothing before: not even who made it.
        let late: [Note] = [
            .waited(task: 1, waker: 2, from: 0, until: 900, scope: 5), .entered(task: 2, scope: 6, at: 950),
        ]
        #expect(!path(late).isComplete)
    }

    /// Clocks of two processors disagree, and a wait reaches beyond the run: the times still add up to the run's.
    @Test func disorderedClocks() {
        let found = path([
            .created(task: 2, creator: 1, at: 920),
            .waited(task: 2, waker: 1, from: 950, until: 940, scope: 2),
            .waited(task: 1, waker: 2, from: 900, until: 2000, scope: 1),
            .waited(task: 1, waker: 2, from: 970, until: 960, scope: 1),
            .waited(task: 1, waker: 0, from: 0, until: 10, scope: 1),
        ])
        #expect(found.total == 1000)
        #expect(CriticalPath([], of: 1, from: 10, until: 5, isCut: false).total == 0)
        // Each wakes the other at the same moment: it ends all the same.
        let same: [Note] = (0..<100).map { number in
            .waited(task: 1 + number % 2, waker: 2 - number % 2, from: 500, until: 500, scope: 1)
        }
        #expect(path(same).total == 1000)
    }
}
