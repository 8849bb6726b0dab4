internal import CSagascope
import Synchronization

/// Where recordings are written to, and dumps of tasks beside them: a directory that holds a limited number of them, also over
/// restarts of the process.
///
/// A file appears whole or not at all, as `sagascope-flight-<process id>-<ms since 1970>-<reason>`, with `.perfetto-trace` or
/// `.tasks.json` behind it.
public final class FlightFiles: Sendable {
    public let directory: String
    /// The oldest of ours beyond this many of each kind are deleted.
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
        return try write([(.trace, trace)], of: recording.process, at: recording.time, reason: reason)[0]
    }

    private func write(
        _ parts: [(kind: FlightFileName.Kind, bytes: [UInt8])], of process: ProcessIdentity, at time: UInt64,
        reason: String
    ) throws(FlightFileError) -> [String] {
        let name = FlightFileName(process: process.id, milliseconds: time / 1_000_000, reason: reason)
        // One after the other, so that two of the same millisecond get different names.
        let written = writing.withLock { [self] _ in
            Result { () throws(FlightFileError) in
                try FlightFile(directory: directory, writeCall: writeCall).write(parts, as: name)
            }
        }
        let paths = try written.get()
        FlightFileName.deleteOldest(in: directory, keeping: kept)
        return paths
    }

    /// What became of an automatic dump.
    public enum Automatic: Sendable, Equatable {
        case written(paths: [String])
        /// Another one was written, or tried, less than ``FlightFiles/pause`` ago.
        case suppressed
        case failed(FlightFileError)
    }

    /// Writes a recording and a dump because something happened, unless another such was just written. Never throws.
    ///
    /// - Parameters:
    ///   - recording: taken only when it is written; nil: none.
    ///   - tasks: written first; nil: none.
    public func writeAutomatically(
        reason: String, recording: () -> FlightRecording? = { FlightRecorder.shared.events() },
        tasks: () -> TaskDump? = { nil },
        labels: (_ task: UInt64, _ label: UInt32) -> FlightLabel? = { _, _ in nil },
        warnings: (_ warning: UInt64) -> String? = { _ in nil }
    ) -> Automatic {
        guard isDue() else { return .suppressed }
        do {
            let (recording, tasks) = (recording(), tasks())
            var parts: [(kind: FlightFileName.Kind, bytes: [UInt8])] = []
            if let tasks { parts.append((.tasks, TaskDumpFormat.json.render(tasks))) }
            if let recording { parts.append((.trace, recording.perfettoTrace(labels: labels, warnings: warnings))) }
            guard let process = recording?.process ?? tasks?.process, let time = recording?.time ?? tasks?.time else {
                return .written(paths: [])
            }
            return .written(paths: try write(parts, of: process, at: time, reason: reason))
        } catch {
            return .failed(error)
        }
    }

    /// Automatic dumps that were not written, since another one just had been.
    public var suppressed: UInt64 { state.withLock { $0.suppressed } }

    /// Whether an automatic dump would be written now.
    public var isReady: Bool {
        let now = now()
        return state.withLock { !isPausing($0, at: now) }
    }

    private func isDue() -> Bool {
        let now = now()
        return state.withLock { state in
            if isPausing(state, at: now) {
                state.suppressed += 1
                return false
            }
            state.lastAutomatic = now
            return true
        }
    }

    private func isPausing(_ state: State, at now: UInt64) -> Bool {
        guard let last = state.lastAutomatic else { return false }
        return now < last || now - last < UInt64(max(0, pause / .nanoseconds(1)))
    }
}
