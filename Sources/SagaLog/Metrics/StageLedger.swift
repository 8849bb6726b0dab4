internal import CSagascope
import SagaTelemetry
import Synchronization

/// `saga.log.stage`: what becomes of a record, one after the other.
public enum LogStage: String, Sendable, Hashable, CaseIterable {
    /// In a task's buffer; it has no place in the log yet.
    case buffered
    /// It has its place.
    case appended
    case durable
    /// Visible to other processes.
    case mapped
    /// The application's state has it; who applies tells of it with ``SagaLog/note(_:reached:)``.
    case applied
    case snapshotted
    /// Told of by telemetry; as with `applied`.
    case exported
}

/// How far each stage has come, and how much is behind it.
final class StageLedger: Sendable {
    private let state: Mutex<State>

    private struct State {
        var reached: [LogStage: UInt64]
        /// The beginnings of groups, in the order of the log; thinned out when they become many.
        var marks: [Mark] = []
        /// Of all records that became durable since the log was opened.
        var bytes: UInt64 = 0
        /// When the first record of the group was written that is being synced right now; 0 for none.
        var syncing: UInt64 = 0
        var buffered = 0
    }

    private struct Mark {
        let first: UInt64
        /// That came before.
        let bytes: UInt64
        /// Of its first record, Unix ns.
        let time: UInt64
    }

    private static let limit = 512

    init(durable: UInt64, snapshotted: UInt64?) {
        var reached: [LogStage: UInt64] = [.durable: durable]
        reached[.snapshotted] = snapshotted
        state = Mutex(State(reached: reached))
    }

    func syncing(since time: UInt64) { state.withLock { $0.syncing = time } }

    func committed(first: UInt64, last: UInt64, bytes: Int, time: UInt64) {
        state.withLock { state in
            state.syncing = 0
            state.reached[.durable] = last
            state.marks.append(Mark(first: first, bytes: state.bytes, time: time))
            state.bytes += UInt64(bytes)
            if state.marks.count > Self.limit { Self.thin(&state) }
        }
    }

    /// What every stage has passed goes; of what remains every other one, if that is not enough.
    private static func thin(_ state: inout State) {
        let slowest = state.reached.values.min() ?? 0
        if let needed = state.marks.lastIndex(where: { $0.first <= slowest + 1 }) { state.marks.removeFirst(needed) }
        guard state.marks.count > limit / 2 else { return }
        let last = state.marks.count - 1
        state.marks = state.marks.enumerated().filter { $0.offset % 2 == 0 || $0.offset == last }.map(\.element)
    }

    func note(_ stage: LogStage, reached lsn: UInt64) {
        state.withLock { $0.reached[stage] = max($0.reached[stage] ?? 0, lsn) }
    }

    func noteBuffered(_ change: Int) { state.withLock { $0.buffered += change } }

    // MARK: reading

    struct Lag: Sendable, Hashable {
        var sequence: UInt64
        var records: UInt64
        var bytes: UInt64
        /// Seconds.
        var age: Double
    }

    /// - Parameters:
    ///   - appended: the last record that has a place.
    ///   - pendingBytes: of records that are not durable.
    /// - Returns: nil for stages that nothing was heard of.
    func lags(appended: UInt64, pendingBytes: Int, now: UInt64) -> [LogStage: Lag] {
        state.withLock { state in
            var lags: [LogStage: Lag] = [:]
            lags[.buffered] = Lag(sequence: appended, records: UInt64(max(0, state.buffered)), bytes: 0, age: 0)
            lags[.appended] = Lag(sequence: appended, records: 0, bytes: 0, age: 0)
            for (stage, reached) in state.reached {
                lags[stage] = Self.lag(reached, in: state, appended: appended, pendingBytes: pendingBytes, now: now)
            }
            return lags
        }
    }

    private static func lag(
        _ reached: UInt64, in state: borrowing State, appended: UInt64, pendingBytes: Int, now: UInt64
    ) -> Lag {
        let records = appended > reached ? appended - reached : 0
        guard records > 0 else { return Lag(sequence: reached, records: 0, bytes: 0, age: 0) }
        let since: UInt64
        var bytes = UInt64(pendingBytes)
        if reached >= state.reached[.durable] ?? 0 {
            since = state.syncing
        } else {
            let mark = state.marks.last { $0.first <= reached + 1 } ?? state.marks.first
            since = mark?.time ?? 0
            bytes += state.bytes - (mark?.bytes ?? state.bytes)
        }
        let age = since > 0 && now > since ? Double(now - since) / 1e9 : 0
        return Lag(sequence: reached, records: records, bytes: bytes, age: age)
    }

    /// Records and bytes that became durable since the log was opened.
    func written(since first: UInt64) -> (records: UInt64, bytes: UInt64) {
        state.withLock { (($0.reached[.durable] ?? first) - first, $0.bytes) }
    }
}
