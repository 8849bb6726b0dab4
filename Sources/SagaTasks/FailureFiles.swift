import Dispatch
import Logging
import SagaTelemetry
import Synchronization
import TaskInspection

/// What is kept of a saga that fails: its tasks as they were at the failure, and the flight recording beside them, in files.
public enum FailureFiles {
    private static let files = Mutex<FlightFiles?>(nil)
    private static let isWriting = Atomic<Bool>(false)
    /// Naming functions and writing take some 100 ms, which no saga shall wait for.
    private static let queue = DispatchQueue(label: "sagascope.failures", qos: .utility)

    /// Where files go; nil: nowhere.
    public static func keep(in directory: String?) {
        files.withLock { $0 = directory.map { FlightFiles(directory: $0) } }
        FailureLook.beginAnew()
    }

    /// Whether a failure now would be written.
    static var isReady: Bool { files.withLock { $0?.isReady } == true && !isWriting.load(ordering: .relaxed) }

    /// A run failed: writes files, unless some were just written. Never waits.
    static func write(_ failure: SagaFailure, _ look: FailureLook?) {
        guard let files = files.withLock({ $0 }) else { return }
        guard isWriting.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
        queue.async {
            defer { isWriting.store(false, ordering: .relaxed) }
            let written = files.writeAutomatically(
                reason: failure.saga,
                recording: { FlightRecorder.shared.isOn ? FlightRecorder.shared.events() : nil },
                tasks: { look?.snapshot.dump(of: failure) }, labels: FlightDumps.labels())
            switch written {
            case .written(let paths) where paths.isEmpty: break
            case .written(let paths):
                Diagnostics.logger.info(
                    "a saga failed: its tasks and flight recording were written",
                    metadata: ["files": "\(paths.joined(separator: ", "))"])
            case .failed(let error):
                Diagnostics.logger.warning("what a failed saga did was not written: \(error)")
            case .suppressed: break
            }
        }
    }
}
