import SagaTelemetry

/// Records that are written but for their places in the log: what a batch is made of.
struct LogFrames: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var marks: [ViewMark] = []

    var count: Int { marks.count }

    mutating func append(_ entry: LogEntry, run: TraceID, mark: ViewMark, time: UInt64) {
        let length = RecordFormat.length(name: entry.name.utf8.count, payload: entry.payload.count)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: length))
        bytes.withUnsafeMutableBytes { bytes in
            _ = RecordFormat.write(entry, run: run, time: time, to: bytes.baseAddress! + start)
        }
        marks.append(mark)
    }

    /// Of the record that begins there.
    func length(at offset: Int) -> Int {
        bytes.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))) }
    }

    /// Asks for each record's kind.
    func admit(_ admit: (LogRecordKind) throws(SagaLogError) -> Void) throws(SagaLogError) {
        var offset = 0
        while offset < bytes.count {
            try admit(LogRecordKind(rawValue: bytes[offset + 22]))
            offset += length(at: offset)
        }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
    }
}
