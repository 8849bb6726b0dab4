/// Records of a log that this process writes, in the order of their LSNs.
///
/// A tail goes on until the log is closed or the task is cancelled; it throws when the log is poisoned, and when the records
/// it would come to are gone: ``SagaLogError/recycled(lsn:first:)``.
public struct FileLogRecords: AsyncSequence, Sendable {
    private let log: SagaLog
    private let first: LSN
    /// nil: a tail.
    private let last: LSN?

    init(_ log: SagaLog, from first: LSN, isTail: Bool) throws(SagaLogError) {
        self.log = log
        self.first = max(first, .first)
        last = isTail ? nil : log.durable
        // Told now rather than on the first record.
        if log.durable >= self.first { _ = try LogReader(directory: log.directory, from: self.first) }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(log: log, next: first, last: last) }

    public struct Iterator: AsyncIteratorProtocol {
        let log: SagaLog
        var next: LSN
        let last: LSN?
        var reader: LogReader?

        init(log: SagaLog, next: LSN, last: LSN?) {
            self.log = log
            self.next = next
            self.last = last
        }

        public mutating func next() async throws -> LogRecord? {
            if let last, next > last { return nil }
            if log.durable < next, try await isOver() { return nil }
            // A reader stops at what was not there when it looked.
            let record = try reader?.next() ?? lookAgain()
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

        private mutating func lookAgain() throws -> LogRecord {
            var reader = try LogReader(directory: log.directory, from: next)
            guard let record = try reader.next() else { throw SagaLogError.unreadable(lsn: next) }
            self.reader = reader
            return record
        }
    }
}
