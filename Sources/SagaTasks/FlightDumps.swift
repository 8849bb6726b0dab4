import Dispatch
import Logging
import SagaTelemetry
import Synchronization
import TaskInspection

/// The flight recorder's recordings, with the names of sagas and steps: on demand, and as files when sagas fail.
public enum FlightDumps {
    private static let files = Mutex<FlightFiles?>(nil)
    private static let isWriting = Atomic<Bool>(false)
    /// Writing takes some 100 ms, which no saga shall wait for.
    private static let queue = DispatchQueue(label: "sagascope.flight", qos: .utility)

    /// Where files go when a saga fails; nil: nowhere.
    public static func keep(in directory: String?) {
        files.withLock { $0 = directory.map { FlightFiles(directory: $0) } }
    }

    /// A trace of what is held now, for ui.perfetto.dev; nil while the recorder is off.
    public static func trace() -> [UInt8]? {
        guard FlightRecorder.shared.isOn else { return nil }
        return FlightRecorder.shared.events().perfettoTrace(labels: labels())
    }

    /// A run of the saga failed: writes a file, unless one was just written. Never waits.
    package static func noteFailure(of saga: String) {
        guard FlightRecorder.shared.isOn, let files = files.withLock({ $0 }) else { return }
        guard isWriting.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
        queue.async {
            defer { isWriting.store(false, ordering: .relaxed) }
            switch files.writeAutomatically(reason: saga, labels: labels()) {
            case .written(let path):
                Diagnostics.logger.info(
                    "a saga failed: its flight recording was written", metadata: ["file": "\(path)"])
            case .failed(let error):
                Diagnostics.logger.warning("a flight recording was not written: \(error)")
            case .suppressed: break
            }
        }
    }

    /// A task's track is its saga's; its name is that of the step it was in.
    private static func labels() -> (UInt64, UInt32) -> FlightLabel? {
        let scopes = TaskScopes.all
        return { _, label in
            guard label > 0, label <= scopes.count else { return nil }
            let scope = scopes[Int(label) - 1]
            return FlightLabel(track: scope.saga, name: scope.step ?? scope.saga)
        }
    }
}
