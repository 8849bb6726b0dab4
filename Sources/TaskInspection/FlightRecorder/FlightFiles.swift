internal import CSagascope
import Synchronization

/// Where recordings are written to: a directory that holds a limited number of them, also over restarts of the process.
///
/// A file appears whole or not at all, as `sagascope-flight-<process id>-<ms since 1970>-<reason>.perfetto-trace`.
public final class FlightFiles: Sendable {
    public let directory: String
    /// The oldest of ours beyond this many are deleted.
    public let kept: Int
    /// The least time between two automatic dumps.
    public let pause: Duration

    private let now: @Sendable () -> UInt64
    private let writeCall: FlightFile.WriteCall
    private let state = Mutex(State())
    private let writing = Mutex(())

    private struct State {
        var lastAutomatic: UInt64?
        var suppressed: UInt64 = 0
    }

    public convenience init(directory: String, kept: Int = 10, pause: Duration = .seconds(60)) {
        self.init(directory: directory, kept: kept, pause: pause, now: { sgs_recording_ns() })
    }

    /// - Parameter now: nanoseconds of a monotonic clock.
    init(
        directory: String, kept: Int = 10, pause: Duration = .seconds(60), now: @escaping @Sendable () -> UInt64,
        writeCall: @escaping FlightFile.WriteCall = FlightFile.systemWrite
    ) {
        self.directory = directory
        self.kept = max(1, kept)
        self.pause = pause
        self.now = now
        self.writeCall = writeCall
    }

    /// Writes a trace of the recording.
    ///
    /// - Parameter reason: becomes part of the name, with `-` for all but ASCII letters, digits, `_` and `.`.
    /// - Returns: the file's path.
    /// - Throws: when the file could not be written; nothing of it is left then.
    @discardableResult
    public func write(
        _ recording: FlightRecording, reason: String,
        labels: (_ task: UInt64, _ label: UInt32) -> FlightLabel? = { _, _ in nil },
        warnings: (_ warning: UInt64) -> String? = { _ in nil }
    ) throws(FlightFileError) -> String {
        let trace = recording.perfettoTrace(labels: labels, warnings: warnings)
        let name = FlightFileName(
            process: recording.process.id, milliseconds: recording.time / 1_000_000, reason: reason)
        // One after the other, so that two of the same millisecond get different names.
        let written = writing.withLock { [self] _ in
            Result { () throws(FlightFileError) in
                try FlightFile(directory: directory, writeCall: writeCall).write(trace, as: name)
            }
        }
        let path = try written.get()
        FlightFileName.deleteOldest(in: directory, keeping: kept)
        return path
    }

    /// What became of an automatic dump.
    public enum Automatic: Sendable, Equatable {
        case written(path: String)
        /// Another one was written, or tried, less than ``FlightFiles/pause`` ago.
        case suppressed
        case failed(FlightFileError)
    }

    /// Writes a recording because something happened, unless another such was just written. Never throws.
    ///
    /// - Parameter recording: taken only when it is written.
    public func writeAutomatically(
        reason: String, recording: () -> FlightRecording = { FlightRecorder.shared.events() },
        labels: (_ task: UInt64, _ label: UInt32) -> FlightLabel? = { _, _ in nil },
        warnings: (_ warning: UInt64) -> String? = { _ in nil }
    ) -> Automatic {
        guard isDue() else { return .suppressed }
        do {
            return .written(path: try write(recording(), reason: reason, labels: labels, warnings: warnings))
        } catch {
            return .failed(error)
        }
    }

    /// Automatic dumps that were not written, since another one just had been.
    public var suppressed: UInt64 { state.withLock { $0.suppressed } }

    private func isDue() -> Bool {
        let now = now()
        let pause = UInt64(max(0, pause / .nanoseconds(1)))
        return state.withLock { state in
            if let last = state.lastAutomatic, now < last || now - last < pause {
                state.suppressed += 1
                return false
            }
            state.lastAutomatic = now
            return true
        }
    }
}
