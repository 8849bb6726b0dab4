import Foundation
import TaskInspection
import TestSupport
import Testing

/// What https://ui.perfetto.dev is given.
struct PerfettoTraceTests {
    private static let second: UInt64 = 1_000_000_000

    private func recording(_ events: [FlightEvent]) -> FlightRecording {
        FlightRecording(
            events: events, threads: [100, 101, 102], time: 1_800_000_000 * Self.second, bootTime: 5000 * Self.second,
            process: ProcessIdentity(id: 7, name: "shop"))
    }

    private var checkout: FlightRecording {
        let start = 1_800_000_000 * Self.second - 100
        return recording([
            FlightEvent(time: start, .running, task: 1, label: 1),
            FlightEvent(time: start + 10, .created, task: 2, other: 1),
            FlightEvent(time: start + 10, .step, task: 2, label: 2),
            FlightEvent(time: start + 11, .ready, task: 2, other: 1),
            FlightEvent(time: start + 20, .running, task: 2, label: 2, thread: 1),
            FlightEvent(time: start + 21, .blocked, task: 1, label: 1),
            FlightEvent(time: start + 30, .warning, task: 2, other: 1, label: 2, thread: 1),
            FlightEvent(time: start + 40, .ready, task: 1, other: 2, thread: 1),
            FlightEvent(time: start + 41, .ended, task: 2, label: 2, thread: 1),
            FlightEvent(time: start + 50, .running, task: 1, label: 3, thread: 2),
        ])
    }

    private func label(_ task: UInt64, _ label: UInt32) -> FlightLabel? {
        ["", "checkout", "charge", "ship"][Int(label)].isEmpty
            ? nil : FlightLabel(track: "checkout 4f2a", name: ["", "checkout", "charge", "ship"][Int(label)])
    }

    @Test(.enabled(PerfettoJudge.missing, PerfettoJudge.isThere)) func itShowsTracksSlicesAndArrows() async throws {
        let trace = checkout.perfettoTrace(labels: label) { $0 == 1 ? "hogs its thread" : nil }
        try await PerfettoJudge.check(trace)
        // 5000 s after the machine's start, to the nanosecond.
        #expect(
            try await PerfettoJudge.lines(of: trace) == [
                "track 'shop'",
                "track 'checkout 4f2a' under 'shop'",
                "track 'checkout #1' under 'checkout 4f2a'",
                "4999999999900 'checkout #1' begin running  thread=100",
                "track 'charge #2' under 'checkout 4f2a'",
                "4999999999910 'checkout #1' instant creates  task=2, arrow 1 begins",
                "4999999999910 'charge #2' instant created  created_by=1, arrow 1 ends",
                "4999999999911 'charge #2' begin ready",
                "4999999999920 'charge #2' end",
                "4999999999920 'charge #2' begin running  thread=101",
                "4999999999921 'checkout #1' end",
                "4999999999921 'checkout #1' begin blocked",
                "4999999999930 'charge #2' instant hogs its thread",
                "4999999999940 'charge #2' instant wakes  task=1, arrow 2 begins",
                "4999999999940 'checkout #1' end",
                "4999999999940 'checkout #1' begin ready  woken_by=2, arrow 2 ends",
                "4999999999941 'charge #2' end",
                "4999999999950 'checkout #1' instant ship",
                "4999999999950 'checkout #1' end",
                "4999999999950 'checkout #1' begin running  thread=102",
                "5000000000000 'checkout #1' end",
            ])
    }

    @Test(.enabled(PerfettoJudge.missing, PerfettoJudge.isThere)) func tasksWithoutLabelsHaveTheirNumber() async throws
    {
        let lines = try await PerfettoJudge.lines(of: checkout.perfettoTrace())
        #expect(lines.contains("track 'tasks' under 'shop'"))
        #expect(lines.contains("track 'task #2' under 'tasks'"))
        #expect(lines.contains("4999999999950 'task #1' instant label 3"))
    }

    @Test(.enabled(PerfettoJudge.missing, PerfettoJudge.isThere), arguments: [0, 1, 5000])
    func anyEventsGiveAValidTrace(count: Int) async throws {
        var recording = recording(FlightEvent.random(count, seed: 3))
        if let last = recording.events.last { recording.time = last.time + 5 }
        try await PerfettoJudge.check(
            recording.perfettoTrace { task, _ in
                // Long, not ASCII, and one name for many.
                FlightLabel(track: String(repeating: "ü", count: Int(task) * 50), name: "a step")
            })
    }

    @Test func itIsCompact() {
        let events = FlightEvent.random(20_000, seed: 1)
        #expect(recording(events).perfettoTrace().count < events.count * 80)
    }
}
