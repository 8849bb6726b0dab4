import CXXHash
import Foundation
import TestSupport
import Testing

@testable import SagaLog

@Suite struct SnapshotFileTests {
    private static func snapshot(records: Int = 30, application: [UInt8] = []) -> Snapshot {
        var log = RandomLog(SplitMix(state: 5))
        return Snapshot(
            log: 7, created: 11, state: LogState.of(log.records(records, runs: 6)), application: application)
    }

    private static func decode(_ bytes: [UInt8]) throws -> Snapshot {
        try bytes.withUnsafeBytes { try SnapshotFile.decode($0, path: "sample") }
    }

    private static func random(_ count: Int, _ generator: inout SplitMix) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    @Test func snapshotsComeBackAsTheyWereWritten() async throws {
        var generator = SplitMix(state: 1)
        let noise = Self.random(SnapshotFile.blockBytes + 3_000, &generator)
        let parts: [[UInt8]] = [[], [1, 2, 3], noise, [UInt8](repeating: 7, count: 3 << 20), noise + noise]
        try await withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("sample").path
            for application in parts {
                let snapshot = Self.snapshot(application: application)
                let bytes = try SnapshotFile.encode(snapshot, path: path)
                try SnapshotFile.write(bytes, to: path)
                #expect(try SnapshotFile.read(path) == snapshot)
                #expect(SnapshotFile.isSound(path))
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
            #expect(names == ["sample"])
        }
        // LZ4 is there for the former, and does not blow up the latter.
        let repeated = try SnapshotFile.encode(Self.snapshot(application: parts[3]), path: "").count
        #expect(repeated < 40_000)
        let random = try SnapshotFile.encode(Self.snapshot(application: noise), path: "").count
        #expect(random < noise.count + 8_000)
    }

    @Test func noBitCanChangeUnnoticedAndNoByteCanBeMissing() throws {
        let bytes = try SnapshotFile.encode(Self.snapshot(application: Array("application".utf8)), path: "")
        #expect(try Self.decode(bytes).lsn == LSN(30))
        for bit in 0..<bytes.count * 8 {
            var bytes = bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: SagaLogError.self, "bit \(bit)") { try Self.decode(bytes) }
        }
        for count in 0..<bytes.count {
            #expect(throws: SagaLogError.self, "\(count) bytes") { try Self.decode(Array(bytes[..<count])) }
        }
        #expect(throws: SagaLogError.self) { try Self.decode(bytes + [0]) }
        #expect(throws: SagaLogError.self) { try Self.decode([UInt8](repeating: 0, count: bytes.count)) }
    }

    /// One whose checksum was made to fit: what it says must still not lead anywhere it has no business.
    @Test func forgedOnesDoNoHarm() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(state: seed)
        let original = Self.snapshot(application: Self.random(300, &generator))
        let bytes = try SnapshotFile.encode(original, path: "")
        for round in 0..<4_000 {
            var bytes = bytes
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                // Headers are where sizes are.
                let limit = Bool.random(using: &generator) ? 72 : bytes.count
                let place = Int.random(in: 0..<limit, using: &generator)
                bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)]
                    .randomElement(using: &generator)!
            }
            if round % 4 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            if bytes.count > 16 { Self.seal(&bytes) }
            guard let read = try? Self.decode(bytes) else { continue }
            #expect(read.state.openCount <= original.state.openCount, "seed \(seed)")
            #expect(read.application.count <= SnapshotFile.blockBytes, "seed \(seed)")
        }
    }

    private static func seal(_ bytes: inout [UInt8]) {
        let sum = bytes.withUnsafeBytes { sgs_xxh3_64($0.baseAddress!, $0.count - 8) }
        bytes.replaceSubrange((bytes.count - 8)..., with: withUnsafeBytes(of: sum.littleEndian) { Array($0) })
    }

    @Test func sizesAreDoubtedBeforeThereIsMemoryForThem() async throws {
        let bytes = try SnapshotFile.encode(Self.snapshot(), path: "")
        try await withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("sample")
            // Body, compressed bytes and blocks of 2⁶² each, in a file that is itself huge and empty.
            var header = Array(bytes[..<64])
            for place in [39, 47, 31] { header[place] = 0x40 }
            try Data(header).write(to: file)
            #expect(truncate(file.path, 1 << 40) == 0)
            #expect(throws: SagaLogError.self) { try SnapshotFile.read(file.path) }
            #expect(throws: SagaLogError.file(operation: "read", path: directory.path, code: EISDIR)) {
                try SnapshotFile.read(directory.path)
            }
        }
    }

    @Test func otherVersionsSaySo() throws {
        var bytes = try SnapshotFile.encode(Self.snapshot(), path: "")
        bytes[7] = 2
        #expect {
            try Self.decode(bytes)
        } throws: { error in
            "\(error)".contains("version 2")
        }
    }

    @Test func theApplicationsPartIsCodable() throws {
        let value = ["stock": [1, 2], "orders": []]
        let bytes = try SnapshotCoding.encode(value)
        #expect(try SnapshotCoding.decode([String: [Int]].self, from: bytes) == value)
        #expect(throws: DecodingError.self) { try SnapshotCoding.decode([Int].self, from: bytes) }
    }
}
