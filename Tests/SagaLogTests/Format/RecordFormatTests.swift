import CSagascope
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

@Suite struct RecordFormatTests {
    private static let entry = LogEntry(
        .stepCommitted, sequence: 7, name: "réserve", step: 3, attempt: 2,
        trace: LogTrace(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), isSampled: true), payload: [1, 2, 3])
    private static let run = TraceID(high: 0xA, low: 0xB)

    private static func sealed(_ entry: LogEntry, seed: UInt32) -> [UInt8] {
        let length = RecordFormat.length(name: entry.name.utf8.count, payload: entry.payload.count)
        return [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
            let base = UnsafeMutableRawPointer(bytes.baseAddress!)
            count = RecordFormat.write(entry, run: run, time: 9, to: base)
            let place = RecordFormat.Place(lsn: 100, group: 10, batch: 1, rest: 2, epoch: 5)
            RecordFormat.seal(base, length: length, place: place, seed: seed)
        }
    }

    @Test func recordsComeBackAsTheyWereWritten() {
        let seed = RecordFormat.seed(salt: 77)
        let bytes = Self.sealed(Self.entry, seed: seed)
        #expect(bytes.count == 104 && bytes.count % 8 == 0)
        bytes.withUnsafeBytes { bytes in
            let base = bytes.baseAddress!
            #expect(RecordFormat.plausibleLength(base, available: bytes.count) == bytes.count)
            #expect(RecordFormat.isSound(base, length: bytes.count, seed: seed))
            let record = RecordFormat.record(base, length: bytes.count)
            #expect(record.entry == Self.entry)
            #expect(record.run == Self.run && record.time == 9 && record.epoch == 5)
            #expect(record.lsn == LSN(100) && record.group == LSN(90) && record.batch == LSN(99)...LSN(102))
        }
    }

    @Test func aNameThatIsNoTextIsNoLongerThanItWas() {
        let entry = LogEntry(.note, sequence: 0, name: String(repeating: "n", count: 255))
        var bytes = Self.sealed(entry, seed: 0)
        for index in RecordFormat.headerBytes..<RecordFormat.headerBytes + 255 { bytes[index] = 0xFF }
        let name = bytes.withUnsafeBytes { RecordFormat.record($0.baseAddress!, length: $0.count).entry.name }
        #expect(name == String(repeating: "?", count: 255))
    }

    @Test func noBitCanChangeUnnoticed() {
        let seed = RecordFormat.seed(salt: 77)
        var bytes = Self.sealed(Self.entry, seed: seed)
        for bit in 0..<bytes.count * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8)
            let isSound = bytes.withUnsafeBytes { bytes in
                guard let length = RecordFormat.plausibleLength(bytes.baseAddress!, available: bytes.count) else {
                    return false
                }
                return RecordFormat.isSound(bytes.baseAddress!, length: length, seed: seed)
            }
            #expect(!isSound, "bit \(bit)")
            bytes[bit / 8] ^= 1 << (bit % 8)
        }
    }

    @Test func aRecordOfAnEarlierUseOfTheFileIsNone() {
        let bytes = Self.sealed(Self.entry, seed: RecordFormat.seed(salt: 77))
        let isSound = bytes.withUnsafeBytes {
            RecordFormat.isSound($0.baseAddress!, length: $0.count, seed: RecordFormat.seed(salt: 78))
        }
        #expect(!isSound)
    }

    /// RFC 3720, section B.4.
    @Test func checksumsAreThoseOfTheStandard() {
        #expect(sgs_crc32c(0, Array("123456789".utf8), 9) == 0xE306_9283)
        #expect(sgs_crc32c(0, [UInt8](repeating: 0, count: 32), 32) == 0x8A91_36AA)
        #expect(sgs_crc32c(0, [UInt8](repeating: 0xFF, count: 32), 32) == 0x62A8_AB43)
        let ascending = [UInt8](0..<32)
        #expect(sgs_crc32c(0, ascending, 32) == 0x46DD_794E)
        for split in 0...32 {
            let first = sgs_crc32c(0, ascending, UInt64(split))
            #expect(sgs_crc32c(first, Array(ascending[split...]), UInt64(32 - split)) == 0x46DD_794E)
        }
    }
}
