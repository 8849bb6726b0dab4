internal import CSagascope
import Synchronization

/// Keeps the last transitions of all tasks in memory, to be looked at when something went wrong.
///
/// One for the process. Off, it costs a load and a branch a transition and no memory.
public final class FlightRecorder: Sendable {
    public static let shared = FlightRecorder()

    /// The window of the present session.
    private let window = Mutex<UInt64>(0)

    private init() {}

    /// What it keeps, unless told otherwise: 10 s or 10 MiB, whichever is less.
    public static let defaultSeconds = 10.0
    public static let defaultBytes = 10 << 20

    /// Of events, in bytes; what each costs is 24.
    public static let allowedBytes = Int(SGS_FLIGHT_MIN_BYTES)...Int(SGS_FLIGHT_MAX_BYTES)
    public static let allowedSeconds = 0.001...86_400.0

    /// Begins to record, or begins anew with another size: what was held is gone then.
    ///
    /// - Parameters:
    ///   - seconds: how far back a recording goes.
    ///   - bytes: of memory, at most, however many threads there are; what is oldest is overwritten first.
    public func start(seconds: Double = defaultSeconds, bytes: Int = defaultBytes) throws(FlightRecorderError) {
        guard Self.allowedSeconds.contains(seconds) else { throw .seconds(seconds) }
        guard Self.allowedBytes.contains(bytes) else { throw .bytes(bytes) }
        let isStarted = window.withLock { window in
            guard sgs_flight_start(UInt64(bytes)) == 0 else { return false }
            window = UInt64(seconds * 1e9)
            return true
        }
        guard isStarted else { throw .noMemory(bytes) }
    }

    /// Ends recording and gives the memory back; what was held is gone.
    public func stop() { sgs_flight_stop() }

    public var isOn: Bool { sgs_flight_is_on() != 0 }

    public struct Statistics: Sendable, Equatable {
        /// In memory now, also those that are older than the window.
        public var events: UInt64
        /// Bytes that these take.
        public var bytes: UInt64
        /// As ``FlightRecorder/dropped``.
        public var dropped: UInt64
    }

    public var statistics: Statistics {
        let held = sgs_flight_held()
        return Statistics(events: held.entries, bytes: held.bytes, dropped: dropped)
    }

    /// Events lost since the process began, because more threads recorded than there is memory for.
    public var dropped: UInt64 { sgs_flight_dropped() }

    /// What is held now, while the program goes on: of each thread an unbroken run of its events up to about
    /// now, but for those that were dropped.
    ///
    /// - Parameter last: how far back; at most the window, which nil stands for.
    public func events(last: Duration? = nil) -> FlightRecording {
        let window = window.withLock(\.self)
        let asked = last.map { UInt64(max(0, $0 / .nanoseconds(1))) } ?? window
        return FlightReading(window: min(asked, window)).recording()
    }
}

/// Why recording could not begin.
public enum FlightRecorderError: Error, Equatable, CustomStringConvertible {
    case seconds(Double)
    case bytes(Int)
    case noMemory(Int)

    public var description: String {
        switch self {
        case .seconds(let seconds):
            "the flight recorder cannot keep \(seconds) s: take from 0.001 to 86400"
        case .bytes(let bytes):
            "the flight recorder cannot keep \(bytes) bytes: take from \(FlightRecorder.allowedBytes.lowerBound) to "
                + "\(FlightRecorder.allowedBytes.upperBound)"
        case .noMemory(let bytes):
            "the system has no \(bytes) bytes of address space for the flight recorder: "
                + "take fewer, or raise the limit (ulimit -v)"
        }
    }
}
