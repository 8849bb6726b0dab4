/// Records of a log that this process writes, in the order of their LSNs.
///
/// A tail goes on until the log is closed or the task is cancelled; it throws when the log is poisoned, and when the records
/// it would come to are gone: ``SagaLogError/recycled(lsn:first:)``.
public struct FileLogRecords: AsyncSequence, Sendable {
    private let log: SagaLog
    private let first: LSN
    /// nil: a tail.
    private let last: LSN?

    init(_ log: SagaLog, from first: LSN, isTail: Bool) {
        self.log = log
        self.first = Swift.max(first, .first)
        last = isTail ? nil : log.durable
    }

    public func makeAsyncIterator() -> Iterator { Iterator(log, from: first, through: last) }

    public struct Iterator: AsyncIteratorProtocol {
        private let log: SagaLog
        private let reader: LogReader
        private var next: LSN
        private let last: LSN?

        init(_ log: SagaLog, from first: LSN, through last: LSN?) {
            self.log = log
            self.last = last
            next = first
            reader = LogReader(directory: log.directory, from: first) { log.durable }
        }

        public mutating func next() async throws -> LogRecord? {
            if let last, next > last { return nil }
            if log.durable < next, try await isOver() { return nil }
            guard let record = try reader.next() else { throw SagaLogError.unreadable(lsn: next) }
            next = record.lsn.advanced(by: 1)
            return record
        }

        /// Waits for the next record.
        private func isOver() async throws -> Bool {
            await log.writer.waiters.waitCancellably(for: next.rawValue)
            try Task.checkCancellation()
            guard log.durable < next else { return false }
            guard let failure = log.writer.failure, failure != .closed else { return true }
            throw failure
        }
    }
}
