import Testing

@testable import TaskInspection

/// What transitions come to on the tracks of a trace.
struct TaskTimelineTests {
    typealias Mark = TaskTimeline.Mark

    private func marks(_ events: [FlightEvent], isFinished: Bool = false) -> [Mark] {
        var timeline = TaskTimeline(firstLabels: TaskTimeline.firstLabels(events))
        var marks: [Mark] = []
        for event in events { timeline.add(event) { marks.append($0) } }
        if isFinished { timeline.finish { marks.append($0) } }
        return marks
    }

    @Test func aTasksStatesFollowEachOther() {
        let marks = marks([
            FlightEvent(time: 1, .created, task: 5, label: 0), FlightEvent(time: 2, .ready, task: 5),
            FlightEvent(time: 3, .running, task: 5, thread: 2), FlightEvent(time: 4, .blocked, task: 5, thread: 2),
            FlightEvent(time: 5, .ready, task: 5), FlightEvent(time: 6, .running, task: 5, thread: 3),
            FlightEvent(time: 7, .ended, task: 5, thread: 3),
        ])
        #expect(
            marks == [
                .track(task: 5), .created(task: 5, creator: nil, nil),
                .begin(task: 5, .ready, waker: nil, nil), .end(task: 5),
                .begin(task: 5, .running(2), waker: nil, nil), .end(task: 5),
                .begin(task: 5, .blocked, waker: nil, nil), .end(task: 5),
                .begin(task: 5, .ready, waker: nil, nil), .end(task: 5),
                .begin(task: 5, .running(3), waker: nil, nil), .end(task: 5),
            ])
    }

    @Test func arrowsGoFromCreatorAndWaker() {
        let marks = marks([
            FlightEvent(time: 1, .running, task: 1), FlightEvent(time: 2, .created, task: 2, other: 1),
            // By its creator, which is one arrow and not two.
            FlightEvent(time: 3, .ready, task: 2, other: 1), FlightEvent(time: 4, .running, task: 2, thread: 1),
            FlightEvent(time: 5, .blocked, task: 2, thread: 1), FlightEvent(time: 6, .ready, task: 2, other: 1),
        ])
        #expect(
            marks == [
                .track(task: 1), .begin(task: 1, .running(0), waker: nil, nil),
                .track(task: 2), .creates(task: 1, created: 2, 1), .created(task: 2, creator: 1, 1),
                .begin(task: 2, .ready, waker: nil, nil), .end(task: 2),
                .begin(task: 2, .running(1), waker: nil, nil), .end(task: 2),
                .begin(task: 2, .blocked, waker: nil, nil),
                .wakes(task: 1, woken: 2, 2), .end(task: 2), .begin(task: 2, .ready, waker: 1, 2),
            ])
    }

    /// It is enqueued by another thread before its own has noted that it suspended.
    @Test func whoIsWokenWhileItRunsIsReadyWhenItSuspends() {
        let marks = marks([
            FlightEvent(time: 1, .running, task: 2, thread: 1), FlightEvent(time: 2, .ready, task: 2, other: 3),
            FlightEvent(time: 3, .blocked, task: 2, thread: 1),
        ])
        #expect(
            marks == [
                .track(task: 2), .begin(task: 2, .running(1), waker: nil, nil),
                .track(task: 3), .wakes(task: 3, woken: 2, 1), .woken(task: 2, waker: 3, 1),
                .end(task: 2), .begin(task: 2, .ready, waker: nil, nil),
            ])
    }

    /// A thread notes that a task suspended when another one runs it already.
    @Test func aSuspensionOfAnEarlierRunIsNotOneOfThis() {
        let running = [
            FlightEvent(time: 1, .running, task: 2, thread: 1), FlightEvent(time: 2, .ready, task: 2, other: 3),
            FlightEvent(time: 3, .running, task: 2, thread: 4),
        ]
        let stale = FlightEvent(time: 4, .blocked, task: 2, thread: 1)
        #expect(marks(running + [stale]) == marks(running))
        let ended = running + [FlightEvent(time: 4, .ended, task: 2, thread: 4)]
        #expect(marks(ended + [stale, FlightEvent(time: 9, .ready, task: 2)]) == marks(ended))
    }

    @Test func aYieldIsNoArrow() {
        let marks = marks([
            FlightEvent(time: 1, .running, task: 2), FlightEvent(time: 2, .ready, task: 2, other: 2),
            FlightEvent(time: 3, .blocked, task: 2),
        ])
        #expect(
            marks == [
                .track(task: 2), .begin(task: 2, .running(0), waker: nil, nil), .end(task: 2),
                .begin(task: 2, .ready, waker: nil, nil),
            ])
    }

    @Test func labelsAreToldWhenTheyChange() {
        let marks = marks([
            FlightEvent(time: 1, .created, task: 2), FlightEvent(time: 1, .step, task: 2, label: 7),
            FlightEvent(time: 2, .running, task: 2, label: 7), FlightEvent(time: 3, .step, task: 2, label: 8),
            FlightEvent(time: 4, .warning, task: 2, other: 3, label: 8),
        ])
        #expect(
            marks == [
                .track(task: 2), .created(task: 2, creator: nil, nil),
                .begin(task: 2, .running(0), waker: nil, nil), .labelled(task: 2, label: 8),
                .warned(task: 2, warning: 3),
            ])
    }

    @Test func whatIsOpenEndsWithTheRecording() {
        let open = [FlightEvent(time: 1, .running, task: 2), FlightEvent(time: 1, .blocked, task: 1)]
        let marks = marks(open + [FlightEvent(time: 2, .ended, task: 3)], isFinished: true)
        #expect(marks.suffix(2) == [.end(task: 1), .end(task: 2)])
    }

    /// Whatever the transitions are, in whatever order: slices do not overlap and arrows have both ends.
    @Test(arguments: 0..<40 as Range<UInt64>) func anyOrderGivesATrace(seed: UInt64) {
        let events = FlightEvent.random(2000, seed: seed)
        var open: Set<UInt64> = []
        var tracks: Set<UInt64> = []
        var arrows: [UInt64: Int] = [:]
        for mark in marks(events, isFinished: true) {
            switch mark {
            case .track(let task): #expect(tracks.insert(task).inserted)
            case .begin(let task, _, _, let arrow):
                #expect(tracks.contains(task))
                #expect(open.insert(task).inserted)
                if let arrow { arrows[arrow, default: 0] += 1 }
            case .end(let task): #expect(open.remove(task) != nil)
            case .creates(let task, _, let arrow), .wakes(let task, _, let arrow):
                #expect(tracks.contains(task))
                #expect(arrows[arrow] == nil)
                arrows[arrow, default: 0] += 1
            case .created(let task, _, let arrow):
                #expect(tracks.contains(task))
                if let arrow { arrows[arrow, default: 0] += 1 }
            case .woken(let task, _, let arrow):
                #expect(tracks.contains(task))
                arrows[arrow, default: 0] += 1
            case .labelled(let task, _), .warned(let task, _): #expect(tracks.contains(task))
            }
        }
        #expect(open.isEmpty)
        #expect(!arrows.isEmpty && arrows.values.allSatisfy { $0 == 2 })
    }
}

extension FlightEvent {
    /// Transitions of a few tasks that make no sense.
    static func random(_ count: Int, seed: UInt64) -> [FlightEvent] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func next(_ below: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % below
        }
        var time: UInt64 = 1_800_000_000_000_000_000
        return (0..<count).map { _ in
            time += next(3)
            // Ends are rare, so that tasks live for a while.
            let kind = Kind.allCases[Int(next(UInt64(Kind.allCases.count)))]
            return FlightEvent(
                time: time, kind == .ended && next(8) != 0 ? .ready : kind, task: next(40) + 1, other: next(40),
                label: UInt32(next(4)), thread: UInt32(next(3)))
        }
    }
}
