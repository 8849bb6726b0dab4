import Foundation
import TestSupport
import Testing

@testable import SagaLog

@Suite struct SnapshotStoreTests {
    private static func snapshot(_ lsn: Int, log: UInt64 = 7) -> Snapshot {
        var records = RandomLog(SplitMix(state: 5))
        return Snapshot(log: log, created: UInt64(lsn), state: LogState.of(records.records(lsn, runs: 6)))
    }

    private static func names(_ directory: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    private static func file(_ lsn: Int, in directory: URL) -> URL {
        directory.appendingPathComponent(LogFiles.snapshot(LSN(UInt64(lsn))))
    }

    /// Changes the file's middle byte.
    private static func damage(_ file: URL) throws {
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
    }

    @Test func theLastTwoAreKept() async throws {
        try await withTemporaryDirectory { directory in
            var store = SnapshotStore(directory: directory.path, log: 7)
            #expect(try store.newest(from: .none, through: LSN(99)).snapshot == nil)
            var kept: [[LSN]] = []
            for lsn in [10, 20, 30, 40] { kept.append(try store.write(Self.snapshot(lsn)).kept) }
            #expect(kept == [[LSN(10)], [LSN(20), LSN(10)], [LSN(30), LSN(20)], [LSN(40), LSN(30)]])
            #expect(try store.list() == [LSN(40), LSN(30)])
            let found = try store.newest(from: .none, through: LSN(99))
            #expect(found.snapshot == Self.snapshot(40) && found.refused.isEmpty)
        }
    }

    @Test func aDamagedOneIsReportedAndTheOneBeforeItTaken() async throws {
        try await withTemporaryDirectory { directory in
            var writer = SnapshotStore(directory: directory.path, log: 7)
            for lsn in [10, 20] { _ = try writer.write(Self.snapshot(lsn)) }
            try Self.damage(Self.file(20, in: directory))
            var store = SnapshotStore(directory: directory.path, log: 7)
            let found = try store.newest(from: .none, through: LSN(99))
            #expect(found.snapshot?.lsn == LSN(10))
            #expect(found.refused.map(\.lsn) == [LSN(20)])
            let damage = try #require(found.refused.first?.damage)
            #expect(damage.kind == .snapshotChecksum && damage.last == LSN(20))
            #expect(damage.file == LogFiles.snapshot(LSN(20)))

            // It is not one of the two that are kept: the one before it stays.
            #expect(try store.write(Self.snapshot(30)).kept == [LSN(30), LSN(10)])
            #expect(try store.list() == [LSN(30), LSN(20), LSN(10)])
            #expect(try store.write(Self.snapshot(40)).kept == [LSN(40), LSN(30)])
            #expect(try store.list() == [LSN(40), LSN(30)])
        }
    }

    @Test func onlyThoseOfThisLogAndWithinItAreTaken() async throws {
        try await withTemporaryDirectory { directory in
            var store = SnapshotStore(directory: directory.path, log: 7)
            for lsn in [10, 20] { _ = try store.write(Self.snapshot(lsn)) }
            let beyond = try store.newest(from: .none, through: LSN(15))
            #expect(beyond.snapshot?.lsn == LSN(10))
            #expect(
                beyond.refused.map(\.damage) == [
                    LogDamage(
                        kind: .truncated, file: LogFiles.snapshot(LSN(20)), offset: 0, first: LSN(16), last: LSN(20))
                ])
            #expect(try store.newest(from: LSN(11), through: LSN(15)).snapshot == nil)
            #expect(try store.newest(from: LSN(20), through: LSN(20)).snapshot?.lsn == LSN(20))

            var other = SnapshotStore(directory: directory.path, log: 8)
            let found = try other.newest(from: .none, through: LSN(99))
            #expect(found.snapshot == nil && found.refused.count == 2)
            #expect("\(found.refused[0].reason)".contains("another log"))

            try FileManager.default.moveItem(at: Self.file(20, in: directory), to: Self.file(30, in: directory))
            var renamed = SnapshotStore(directory: directory.path, log: 7)
            #expect(try renamed.newest(from: .none, through: LSN(99)).snapshot?.lsn == LSN(10))
        }
    }

    @Test func whatAKilledWriterLeftIsRemoved() async throws {
        try await withTemporaryDirectory { directory in
            var store = SnapshotStore(directory: directory.path, log: 7)
            _ = try store.write(Self.snapshot(10))
            let half = Self.file(20, in: directory).path + ".tmp"
            for path in [half, directory.path + "/notes.tmp"] { try Data([1]).write(to: URL(filePath: path)) }
            try store.removeLeftovers()
            #expect(try Self.names(directory) == [LogFiles.snapshot(LSN(10)), "notes.tmp"])
        }
    }

    /// The steps of writing, each made to fail by what stands at the name that it uses.
    @Test(arguments: ["open", "write", "sync", "rename"])
    func aFailureLeavesTheOldOnesAndNoHalf(step: String) async throws {
        try await withTemporaryDirectory { directory in
            var store = SnapshotStore(directory: directory.path, log: 7)
            for lsn in [10, 20] { _ = try store.write(Self.snapshot(lsn)) }
            let (path, files) = (Self.file(30, in: directory).path, FileManager.default)
            let expected: SagaLogError
            switch step {
            case "open":
                try files.createDirectory(atPath: path + ".tmp", withIntermediateDirectories: false)
                expected = .file(operation: "create", path: path + ".tmp", code: EISDIR)
            case "write":
                try files.createSymbolicLink(atPath: path + ".tmp", withDestinationPath: "/dev/full")
                expected = .file(operation: "write", path: path + ".tmp", code: ENOSPC)
            case "sync":
                try files.createSymbolicLink(atPath: path + ".tmp", withDestinationPath: "/dev/null")
                expected = .file(operation: "sync", path: path + ".tmp", code: EINVAL)
            default:
                try files.createDirectory(atPath: path, withIntermediateDirectories: false)
                expected = .file(operation: "rename \(path).tmp to", path: path, code: EISDIR)
            }
            let snapshot = Self.snapshot(30)
            #expect(throws: expected) { try store.write(snapshot) }
            for lsn in [10, 20] { #expect(SnapshotFile.isSound(Self.file(lsn, in: directory).path)) }
            if step != "open" { #expect(!files.fileExists(atPath: path + ".tmp")) }
            #expect(try store.newest(from: .none, through: LSN(29)).snapshot?.lsn == LSN(20))
        }
    }
}
