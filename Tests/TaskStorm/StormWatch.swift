import CSagascope
import Foundation
import SagaTasks
import TaskInspection

/// Looks at the tasks in every way there is, without pause, on a thread of its own, until a storm has had so many operations.
package final class StormWatch: Sendable {
    package struct Seen: Sendable {
        package var dumps = 0
        package var tasks = 0
        /// The first few.
        package var faults: [String] = []
    }

    private let ends: AsyncStream<Seen>

    /// - Parameter isSwitched: tracking is switched off and on again all the time.
    package init(_ storm: TaskStorm, until operations: Int, isSwitched: Bool) {
        let (ends, end) = AsyncStream.makeStream(of: Seen.self)
        self.ends = ends
        Thread {
            var seen = Seen()
            repeat {
                if isSwitched { if TaskTiers.isHookOn { TaskTiers.turnOff() } else { TaskTiers.turnOn() } }
                for dump in [TaskInspector.dump(), Self.dumpOfARun()].compactMap(\.self) {
                    seen.dumps += 1
                    seen.tasks += dump.tasks.count { $0.name == TaskStorm.name }
                    if seen.faults.count < 10 { seen.faults += DumpCritic.faults(in: dump).prefix(10) }
                }
                TaskWatch.look()
                if seen.dumps % 32 < 2 { _ = FlightDumps.trace() }
            } while storm.operations < operations
            storm.stop()
            end.yield(seen)
            end.finish()
        }.start()
    }

    /// As when a saga fails.
    private static func dumpOfARun() -> TaskDump? {
        guard let run = TaskRecords().records.first(where: { $0.run != 0 })?.run else { return nil }
        return RunSnapshot(of: run).dump(of: SagaFailure(saga: "storm", run: "1"))
    }

    package func end() async -> Seen { await ends.first { _ in true } ?? Seen() }
}
