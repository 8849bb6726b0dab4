import Foundation
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

/// Files changed at random: nothing crashes or hangs, and no record is accepted that was not written.
@Suite struct RecoveryFuzzTests {
    private static var rounds: Int { ProcessInfo.processInfo.environment["TEST_TORTURE"] == "1" ? 20_000 : 150 }

    /// Changes the files of a log, mostly in ways that disks and people do.
    private struct Mutation {
        var random: SplitMix

        mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

        mutating func apply(to files: inout [String: [UInt8]]) {
            guard let name = files.keys.sorted().randomElement(using: &random), var bytes = files[name] else { return }
            guard !bytes.isEmpty else { return }
            let start = number(0..<bytes.count)
            let end = min(bytes.count, start + [1, 8, 100, 512, 4096].randomElement(using: &random)!)
            switch number(0..<12) {
            case 0..<4: bytes[start] ^= 1 << number(0..<8)
            case 4: for at in start..<end { bytes[at] = 0 }
            case 5: for at in start..<end { bytes[at] = UInt8(number(0..<256)) }
            case 6: for at in start / 512 * 512..<min(bytes.count, (start / 512 + 1) * 512) { bytes[at] = 0 }
            case 7:
                let from = number(0..<bytes.count - (end - start) + 1)
                bytes.replaceSubrange(start..<end, with: Array(bytes[from..<from + (end - start)]))
            case 8: bytes.removeLast(bytes.count - start)
            case 9: bytes.insert(contentsOf: [UInt8](repeating: 0, count: 8 * number(1..<20)), at: start / 8 * 8)
            case 10: files[LogFiles.segment(UInt64(number(0..<6)))] = bytes
            default: files[name] = nil
            }
            if files[name] != nil { files[name] = bytes }
        }
    }

    @Test func noRecordIsAcceptedThatWasNotWritten() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            var written: [LogRecord] = []
            _ = try LogScan.records(directory: directory.path, from: .first) { written.append($0) }
            try #require(written.count == log.records.count)
            var mutation = Mutation(random: SplitMix(state: seed))
            for round in 0..<Self.rounds {
                var files = Dictionary(uniqueKeysWithValues: log.segments.map { ($0.name, $0.bytes) })
                for _ in 0..<mutation.number(1..<5) { mutation.apply(to: &files) }
                let place = directory.appending(path: "log-\(round)")
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                for (name, bytes) in files { try Data(bytes).write(to: place.appending(path: name)) }
                try check(place, written, "seed \(seed), round \(round)")
                try FileManager.default.removeItem(at: place)
            }
        }
    }

    private func check(_ place: URL, _ written: [LogRecord], _ name: String) throws {
        func isWritten(_ record: LogRecord) -> Bool {
            let index = Int(record.lsn.rawValue) - 1
            return written.indices.contains(index) && written[index] == record
        }
        var shown: [LogRecord] = []
        var walk = LogWalk(try LogDirectory(place.path), showsIncompleteBatch: true)
        try walk.run { shown.append(RecordFormat.record($0.bytes.baseAddress!, length: $0.bytes.count)) }
        let report = walk.report
        #expect(shown.allSatisfy(isWritten), "\(name)")
        #expect(zip(shown, shown.dropFirst()).allSatisfy { $0.lsn < $1.lsn }, "\(name)")
        let reader = LogReader(directory: place.path)
        while let record = try? reader.next() { #expect(isWritten(record), "\(name)") }

        let saved = place.appendingPathExtension("saved")
        let salvaged = try LogSalvage.run(directory: place.path, target: saved.path)
        let kept = try LogScan.run(directory: saved.path)
        // What lies before the first segment there was is not in it either.
        let damages = kept.damages.filter {
            $0.first > .first || $0.last != kept.segments.first?.first.advanced(by: -1)
        }
        #expect(damages.isEmpty && kept.torn == nil, "\(name): \(kept.damages)")
        #expect(kept.records == salvaged.log?.records ?? 0, "\(name)")
        try FileManager.default.removeItem(at: saved)

        var recovered: [LogRecord] = []
        do {
            let outcome = try LogRecovery.open(directory: place.path) { bytes, _ in
                recovered.append(RecordFormat.record(bytes.baseAddress!, length: bytes.count))
            }
            #expect(report.damages.isEmpty, "\(name)")
            #expect(recovered == Array(written.prefix(recovered.count)), "\(name)")
            #expect(outcome?.last ?? .none == LSN(UInt64(recovered.count)), "\(name)")
            let mended = try LogScan.run(directory: place.path)
            #expect(mended.condition == .sound, "\(name): \(mended.damages) \(String(describing: mended.torn))")
        } catch SagaLogError.corrupt(_, let damage) {
            #expect(report.damages.first == damage, "\(name): \(damage)")
        } catch SagaLogError.recycled {
            #expect(report.first != .first, "\(name)")
        }
    }

    /// Headers and places that are sound by their checksums, and mean nothing.
    @Test func soundNonsenseIsNoTrouble() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(state: seed)
        try await withTemporaryDirectory { directory in
            let extremes: [UInt64] = [0, 1, 2, 3, 64, 4095, 4096, 1 << 31, .max / 4, .max / 2, .max - 1, .max]
            for round in 0..<Self.rounds {
                var log = LogFixture.sample
                let index = Int.random(in: 0..<3, using: &random)
                var header = log.segments[index].header
                for _ in 0..<2 {
                    let value = extremes.randomElement(using: &random)!
                    switch Int.random(in: 0..<5, using: &random) {
                    case 0: header.first = LSN(value)
                    case 1: header.size = value
                    case 2: header.number = value
                    case 3: header.epoch = UInt32(truncatingIfNeeded: value)
                    default: reseal(&log, value: value, random: &random)
                    }
                }
                log.segments[index].bytes.withUnsafeMutableBytes { header.write(to: $0.baseAddress!) }
                try log.write(to: directory)
                let report = try LogScan.run(directory: directory.path)
                let reader = LogReader(directory: directory.path)
                while (try? reader.next()) ?? nil != nil {}
                #expect(report.records <= log.last, "seed \(seed), round \(round)")
            }
        }
    }

    /// Another place in the log for one of the records.
    private func reseal(_ log: inout LogFixture, value: UInt64, random: inout SplitMix) {
        let record = log.records.randomElement(using: &random)!
        let seed = RecordFormat.seed(salt: log.segments[record.segment].header.salt)
        let part = UInt16(truncatingIfNeeded: value)
        let place = RecordFormat.Place(
            lsn: Bool.random(using: &random) ? value : record.lsn, group: part, batch: part, rest: part,
            epoch: UInt32.max)
        log.segments[record.segment].bytes.withUnsafeMutableBytes { bytes in
            RecordFormat.seal(
                bytes.baseAddress! + record.bytes.lowerBound, length: record.bytes.count, place: place, seed: seed)
        }
    }

    /// Payloads that look like records to whoever searches for some.
    @Test func payloadsThatLookLikeRecordsDoNotKeepTheSearchBusy() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.size = 4 << 20
            log.group(1)
            let record = log.records[0]
            for at in stride(from: record.bytes.upperBound, to: log.size - 16, by: 16) {
                log.segments[0].bytes.withUnsafeMutableBytes { bytes in
                    bytes.storeBytes(of: UInt32(1 << 20), toByteOffset: at, as: UInt32.self)
                    bytes.storeBytes(of: 1, toByteOffset: at + 4, as: UInt32.self)
                    bytes.storeBytes(of: 5, toByteOffset: at + 8, as: UInt64.self)
                }
            }
            try log.write(to: directory)
            // What could not be searched to its end is not cut.
            let damage = try #require(try LogFixture.refusal(directory))
            #expect(damage.kind == .crc && damage.first == LSN(2))
        }
    }
}
