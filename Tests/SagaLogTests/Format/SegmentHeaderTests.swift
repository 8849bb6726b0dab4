import Testing

@testable import SagaLog

@Suite struct SegmentHeaderTests {
    private static let header = SegmentHeader(
        salt: 1, number: 2, first: LSN(3), epoch: 4, size: 5, log: 6, created: 7)

    private static var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SegmentHeader.usedBytes) { bytes, count in
            header.write(to: bytes.baseAddress!)
            count = SegmentHeader.usedBytes
        }
    }

    @Test func headersComeBackAsTheyWereWritten() {
        #expect(Self.bytes.withUnsafeBytes { SegmentHeader($0) } == Self.header)
        #expect(String(decoding: Self.bytes[0..<6], as: UTF8.self) == "SGSLOG")
    }

    @Test func noBitCanChangeUnnoticed() {
        for bit in 0..<SegmentHeader.usedBytes * 8 {
            var bytes = Self.bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(bytes.withUnsafeBytes { SegmentHeader($0) } == nil, "bit \(bit)")
        }
        let short = Self.bytes.dropLast()
        #expect(Array(short).withUnsafeBytes { SegmentHeader($0) } == nil)
    }

    @Test func namesOfFilesTellTheirNumbers() {
        #expect(LogFiles.segment(255) == "00000000000000ff.segment")
        #expect(LogFiles.segmentNumber("00000000000000ff.segment") == 255)
        #expect(LogFiles.snapshotLSN(LogFiles.snapshot(LSN(16))) == LSN(16))
        for other in ["spare.segment", "ff.segment", "00000000000000FF.segment", "+0000000000000ff.segment", "x"] {
            #expect(LogFiles.segmentNumber(other) == nil, "\(other)")
        }
    }
}
