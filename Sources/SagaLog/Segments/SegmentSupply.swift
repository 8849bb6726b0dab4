internal import CSagascope
import Glibc
import Synchronization

/// Keeps the next segment ready, and one in reserve.
///
/// A file is filled with zeros ahead, off the writer's way, because a sync of blocks that are there already is 1.5 times as
/// fast as one that has to tell the file system of new ones. Segments whose records nobody needs any more are used again as
/// they are: with a new salt, what stands in them is no record.
final class SegmentSupply: Sendable {
    private let directory: String
    private let options: SagaLogOptions
    private let worker = LogWorker("saga-segments")
    /// Held while a file is made or renamed.
    private let files = Mutex(())
    private let state = Mutex(State())
    /// Called, by the worker, when there is room again or none.
    private let changed: @Sendable () -> Void

    private struct State {
        var spare: SegmentFile?
        var reserve: SegmentFile?
        /// The last attempt's failure, nil after a success.
        var failure: SagaLogError?
        var isMaking = false
        var isClosed = false
    }

    init(directory: String, options: SagaLogOptions, changed: @escaping @Sendable () -> Void) {
        self.directory = directory
        self.options = options
        self.changed = changed
    }

    /// Whether there is a segment, or why there is none.
    enum Availability {
        case segment(SegmentFile)
        /// Only this one, for closing records.
        case reserve(SegmentFile)
        case soon
        case none
    }

    /// What the next segment would be; it stays here until it is ``taken(_:)``.
    func next() -> Availability {
        state.withLock { state in
            if let spare = state.spare { return .segment(spare) }
            guard state.failure != nil else { return .soon }
            return state.reserve.map { .reserve($0) } ?? .none
        }
    }

    var failure: SagaLogError? { state.withLock(\.failure) }

    /// Whether both are there.
    var isComplete: Bool { state.withLock { $0.spare != nil && $0.reserve != nil } }

    /// The segment is in use now; the next one is made.
    func taken(_ segment: SegmentFile) {
        state.withLock { state in
            if state.spare === segment { state.spare = nil }
            if state.reserve === segment { state.reserve = nil }
        }
        fill()
    }

    func start() throws(SagaLogError) { try worker.start() }

    /// Has the worker make what is missing, which goes on trying while that fails.
    func fill() {
        let isNeeded = state.withLock { state in
            guard !state.isMaking, !state.isClosed, state.spare == nil || state.reserve == nil else { return false }
            state.isMaking = true
            return true
        }
        if isNeeded { worker.perform { self.make() } }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        worker.stop()
    }

    /// A segment that nobody needs any more: the next spare, unless there is one.
    /// - Returns: whether it was taken over; otherwise it can be deleted.
    func recycle(_ path: String) -> Bool {
        files.withLock { _ in
            guard state.withLock({ $0.spare == nil && !$0.isClosed }) else { return false }
            let spare = directory + "/" + LogFiles.spare
            return access(spare, F_OK) != 0 && rename(path, spare) == 0
        }
    }

    // MARK: on the worker's thread

    private func make() {
        var failure: SagaLogError?
        do {
            if state.withLock({ $0.spare == nil && !$0.isClosed }) {
                try files.withLock { (_) throws(SagaLogError) in
                    let spare = try Self.prepare(in: directory, LogFiles.spare, bytes: options.segmentBytes)
                    state.withLock { $0.spare = spare }
                }
            }
            if state.withLock({ $0.reserve == nil && !$0.isClosed }) {
                let reserve = try Self.prepare(
                    in: directory, LogFiles.reserve, bytes: options.reserveBytes, isReserve: true)
                state.withLock { $0.reserve = reserve }
            }
        } catch { failure = error }
        state.withLock { state in
            state.failure = failure
            state.isMaking = false
        }
        changed()
        if failure != nil {
            worker.perform(after: options.retryDelay) { self.fill() }
        } else {
            // Taken while the other one was being made.
            fill()
        }
    }

    /// The file of this name if it is there, or a new one. One of another size is made anew.
    static func prepare(
        in directory: String, _ name: String, bytes: Int, isReserve: Bool = false
    ) throws(SagaLogError) -> SegmentFile {
        let path = directory + "/" + name
        if access(path, F_OK) == 0 {
            let file = try OpenFile(path, O_RDWR)
            if try file.size() == bytes {
                return SegmentFile(file, size: bytes, salt: newSalt(), isReserve: isReserve)
            }
            unlink(path)
        }
        // A crash in the middle leaves a file that is no segment yet.
        let unfinished = path + ".new"
        unlink(unfinished)
        let file = try OpenFile(unfinished, O_RDWR | O_CREAT | O_EXCL, operation: "make")
        do throws(SagaLogError) {
            try fillWithZeros(file, bytes: bytes)
            try OpenFile.rename(unfinished, to: path)
            try OpenFile.syncDirectory(directory)
        } catch {
            unlink(unfinished)
            throw error
        }
        return SegmentFile(file, size: bytes, salt: newSalt(), isReserve: isReserve)
    }

    private static func fillWithZeros(_ file: borrowing OpenFile, bytes: Int) throws(SagaLogError) {
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for offset in stride(from: 0, to: bytes, by: zeros.count) {
            try file.write(offset + zeros.count <= bytes ? zeros : Array(zeros.prefix(bytes - offset)), at: offset)
        }
        try file.syncData()
    }

    private static func newSalt() -> UInt32 { UInt32.random(in: 1 ... .max) }
}
