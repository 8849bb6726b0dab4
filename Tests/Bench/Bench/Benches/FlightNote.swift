import CFloor
import CSagascope
import TaskInspection

/// Noting one transition of a task, with its time given, while the flight recorder is off or on.
final class FlightNote: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "C ring of one thread"
    let operations = 2_000_000
    let passes = 1
    private let isOn: Bool

    init(isOn: Bool) { self.isOn = isOn }

    func pass(_ meter: inout Meter) async throws {
        let recorder = FlightRecorder.shared
        if isOn { try recorder.start() }
        defer { recorder.stop() }
        let (operations, kind) = (UInt64(operations), FlightEvent.Kind.running.rawValue)
        let now = sgs_recording_ns()
        // The memory is mapped then, as it is after the first seconds of a program that is at work.
        if isOn { for number in 0..<operations { sgs_flight_note(kind, number, 0, 1, now) } }
        meter.measure {
            for number in 0..<operations { sgs_flight_note(kind, number, 0, 1, now) }
        }
        guard isOn else { return }
        let last = recorder.events().events.last
        try require(last?.task == operations - 1, "the last event noted is not the last one held")
    }

    func referencePass(_ meter: inout Meter) async throws {
        let operations = UInt64(operations)
        meter.measure { _ = floor_flight_note(operations) }
    }
}
