/// What `log-fixture` has said.
public struct LogTold: Sendable {
    public struct Acknowledged: Sendable, Hashable {
        public let task: Int
        public let sequence: UInt32
        public let lsn: UInt64
        /// Monotonic ns when the task knew that it was durable.
        public let time: UInt64

        public init(task: Int, sequence: UInt32, lsn: UInt64, time: UInt64 = 0) {
            self.task = task
            self.sequence = sequence
            self.lsn = lsn
            self.time = time
        }
    }

    public private(set) var acknowledged: [Acknowledged] = []
    /// The errors of the tasks that ended with one.
    public private(set) var failures: [String] = []
    /// Why the log was not opened.
    public private(set) var refusal: String?
    public private(set) var epoch: UInt32?
    public private(set) var isClosed = false

    /// - Parameter output: all of it; a last line without its end was cut by the process's.
    public init(_ output: some Collection<UInt8>) {
        for line in output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            let text = String(decoding: line, as: UTF8.self)
            let words = text.split(separator: " ", maxSplits: 4)
            switch words.first {
            case "a" where words.count == 5:
                guard let task = Int(words[1]), let sequence = UInt32(words[2]), let lsn = UInt64(words[3]),
                    let time = UInt64(words[4])
                else { continue }
                acknowledged.append(Acknowledged(task: task, sequence: sequence, lsn: lsn, time: time))
            case "f": failures.append(text.split(separator: " ", maxSplits: 3).last.map(String.init) ?? "")
            case "refused": refusal = String(text.dropFirst(8))
            case "opened": epoch = words.last.flatMap { UInt32($0) }
            case "closed": isClosed = true
            default: break
            }
        }
    }
}
