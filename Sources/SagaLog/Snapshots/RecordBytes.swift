/// Records one behind the other, in ``RecordFormat``, sealed with the place that they have in the log and with no salt.
struct RecordBytes: Sendable, Hashable {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    static let seed = RecordFormat.seed(salt: 0)

    /// - Returns: how many bytes it takes.
    @discardableResult mutating func append(_ record: LogRecord) -> Int {
        let lsn = record.lsn
        let place = RecordFormat.Place(
            lsn: lsn.rawValue, group: UInt16(clamping: lsn.records(after: record.group)),
            batch: UInt16(clamping: lsn.records(after: record.batch.lowerBound)),
            rest: UInt16(clamping: record.batch.upperBound.records(after: lsn)), epoch: record.epoch)
        let length = RecordFormat.length(name: record.entry.name.utf8.count, payload: record.entry.payload.count)
        let end = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: length))
        bytes.withUnsafeMutableBytes { bytes in
            let start = bytes.baseAddress! + end
            RecordFormat.write(record.entry, run: record.run, time: record.time, to: start)
            RecordFormat.seal(start, length: length, place: place, seed: Self.seed)
        }
        count += 1
        return length
    }

    /// As they were appended.
    var records: [LogRecord] {
        // What is in here was sound when it was put in.
        (try? bytes.withUnsafeBytes { try Self.read($0) }) ?? []
    }

    /// The records in `bytes`, all of them sound and without anything between or after them.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> [LogRecord] {
        var records: [LogRecord] = []
        var at = 0
        while at < bytes.count {
            let start = bytes.baseAddress! + at
            guard let length = RecordFormat.plausibleLength(start, available: bytes.count - at),
                RecordFormat.isSound(start, length: length, seed: seed)
            else { throw Refusal(offset: at) }
            records.append(RecordFormat.record(start, length: length))
            at += length
        }
        return records
    }

    /// The record that begins here is none.
    struct Refusal: Error {
        let offset: Int
    }
}
