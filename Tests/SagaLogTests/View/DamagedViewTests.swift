import Foundation
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

/// What a file says that is no view, no longer one, or not quite one.
@Suite struct DamagedViewTests {
    private static let runs = (0..<2).map { index in
        RunStatus(
            run: TraceID(high: 1, low: UInt64(index)), saga: "checkout", state: .running, step: "reserve", attempt: 1,
            lsn: LSN(UInt64(index) + 1), sequence: 1, epoch: 1, started: 5, changed: UInt64(index))
    }

    /// A view of two runs, as bytes.
    private static func sample(in directory: URL) throws -> [UInt8] {
        let view = try MappedView(directory: directory.path, log: 7, epoch: 1, capacity: 2)
        for run in runs { _ = try #require(view.restore(run)) }
        view.publish(durable: LSN(2), mapped: LSN(2))
        view.publish(durable: LSN(2), mapped: LSN(2))
        try view.appear()
        return try [UInt8](Data(contentsOf: directory.appendingPathComponent(LogFiles.view)))
    }

    private static func read(_ bytes: [UInt8], in directory: URL) throws -> MappedViewReader {
        try Data(bytes).write(to: directory.appendingPathComponent(LogFiles.view))
        return try MappedViewReader(directory: directory.path)
    }

    /// Nothing else may be thrown.
    private static func reason(_ bytes: [UInt8], in directory: URL) throws -> String? {
        do {
            _ = try read(bytes, in: directory)
            return nil
        } catch SagaLogError.view(_, let reason) { return reason }
    }

    @Test func everyFileThatIsNoViewIsRefusedWithItsReason() async throws {
        try await withTemporaryDirectory { directory in
            let sample = try Self.sample(in: directory)
            for count in [0, 1, 8, 127, 128, 255, 4_096, sample.count - 64, sample.count - 1] {
                #expect(try Self.reason(Array(sample[..<count]), in: directory) != nil, "\(count) bytes")
            }
            #expect(try Self.reason(sample + [0], in: directory)?.contains("its header says") == true)
            #expect(try Self.reason([UInt8](repeating: 0, count: 8_192), in: directory)?.contains("not one") == true)
            var other = sample
            other[7] = 2
            #expect(try Self.reason(other, in: directory)?.contains("version 2") == true)
            #expect(throws: SagaLogError.file(operation: "read", path: directory.path + "/d/runs.view", code: EISDIR)) {
                try FileManager.default.createDirectory(
                    at: directory.appendingPathComponent("d/runs.view"), withIntermediateDirectories: true)
                _ = try MappedViewReader(directory: directory.appendingPathComponent("d").path)
            }
        }
    }

    @Test func noBitOfHeaderHeadsNamesAndSlotsMakesAReaderBelieveSomethingElse() async throws {
        try await withTemporaryDirectory { directory in
            let sample = try Self.sample(in: directory)
            let slots = sample.count - 2 * ViewHeader.cellBytes
            let places = Array(0..<256) + Array(4_096..<4_096 + 32) + Array(slots..<sample.count)
            for bit in places.flatMap({ place in (0..<8).map { place * 8 + $0 } }) {
                var bytes = sample
                bytes[bit / 8] ^= 1 << (bit % 8)
                let reader: MappedViewReader
                do { reader = try Self.read(bytes, in: directory) } catch SagaLogError.view {
                    #expect(bit / 8 < ViewHeader.usedBytes, "bit \(bit)")
                    continue
                }
                #expect(bit / 8 >= ViewHeader.usedBytes, "bit \(bit)")
                #expect(reader.durable == LSN(2) && reader.mapped == LSN(2) && !reader.isClosed, "bit \(bit)")
                let runs = reader.runs()
                #expect(runs.count + reader.damaged + reader.unreadable == 2, "bit \(bit)")
                #expect((runs.count == 2) == (bit / 8 < slots), "bit \(bit)")
                for run in runs {
                    var expected = Self.runs[Int(run.run.low)]
                    if run.saga.isEmpty { expected.saga = "" }
                    if run.step.isEmpty { expected.step = "" }
                    #expect(run == expected, "bit \(bit)")
                }
            }
        }
    }

    @Test func slotsThatSwappedPlacesAreNone() async throws {
        try await withTemporaryDirectory { directory in
            var bytes = try Self.sample(in: directory)
            let (first, second) = (bytes.count - 128..<bytes.count - 64, bytes.count - 64..<bytes.count)
            let slot = Array(bytes[first])
            bytes.replaceSubrange(first, with: bytes[second])
            bytes.replaceSubrange(second, with: slot)
            let reader = try Self.read(bytes, in: directory)
            #expect(reader.runs().isEmpty && reader.damaged == 2)
        }
    }

    @Test func randomChangesNeverDoHarm() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(state: seed)
        try await withTemporaryDirectory { directory in
            let sample = try Self.sample(in: directory)
            for _ in 0..<300 {
                var bytes = sample
                for _ in 0..<Int.random(in: 1...16, using: &generator) {
                    let places = [0..<256, 4_096..<4_160, bytes.count - 128..<bytes.count]
                    let place = Int.random(in: places.randomElement(using: &generator)!, using: &generator)
                    bytes[place] = UInt8.random(in: 0...255, using: &generator)
                }
                if Bool.random(using: &generator) {
                    bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
                }
                let reader: MappedViewReader
                do { reader = try Self.read(bytes, in: directory) } catch is SagaLogError { continue }
                for run in reader.runs() {
                    #expect(Self.runs.contains { $0.run == run.run && $0.lsn == run.lsn }, "seed \(seed)")
                }
            }
        }
    }
}
