import Foundation
import Synchronization
import TestSupport
import Testing

@testable import TaskInspection

/// The files that recordings are written to.
struct FlightFilesTests {
    private func recording(atMilliseconds time: UInt64, process: Int32 = 7) -> FlightRecording {
        FlightRecording(
            events: [FlightEvent(time: time * 1_000_000 - 1, .running, task: 1)], time: time * 1_000_000, bootTime: 9,
            process: ProcessIdentity(id: process, name: "shop"))
    }

    private func names(in directory: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    @Test func theNameSaysWhoseItIsHowOldAndWhy() async throws {
        try await withTemporaryDirectory { directory in
            let files = FlightFiles(directory: directory.path)
            let recording = recording(atMilliseconds: 1234)
            let path = try files.write(recording, reason: "saga failed: ../x")
            #expect(path == directory.path + "/sagascope-flight-7-1234-saga-failed--..-x.perfetto-trace")
            #expect(try names(in: directory) == ["sagascope-flight-7-1234-saga-failed--..-x.perfetto-trace"])
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(recording.perfettoTrace()))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            // Of the same millisecond: neither is lost.
            #expect(try files.write(recording, reason: "saga failed: ../x").contains("-1235-"))
        }
    }

    @Test func theOldestAreDeletedWhosoeverWroteThem() async throws {
        try await withTemporaryDirectory { directory in
            let others = ["notes.txt", "sagascope-flight-x-1-a.perfetto-trace", "sagascope-flight-1-1.perfetto-trace"]
            for name in others { try Data().write(to: directory.appending(path: name)) }
            let files = FlightFiles(directory: directory.path, kept: 3)
            // By time and not by name or process.
            for (index, time) in [900, 1000, 9, 10_000, 1001].enumerated() {
                try files.write(recording(atMilliseconds: UInt64(time), process: Int32(9 - index)), reason: "failure")
            }
            let ours = try names(in: directory).filter { !others.contains($0) }
            #expect(
                ours.compactMap(FlightFileName.init(parsing:)).map(\.milliseconds).sorted() == [1000, 1001, 10_000])
            #expect(try Set(names(in: directory)).isSuperset(of: others))
        }
    }

    @Test func aFileThatAProcessLeftHalfWrittenGoesAfterAnHour() async throws {
        try await withTemporaryDirectory { directory in
            for (name, age) in [("1-1", 7200.0), ("2-2", 0)] {
                let file = directory.appending(path: ".sagascope-flight-\(name).partial")
                try Data([1]).write(to: file)
                let date = Date(timeIntervalSinceNow: -age)
                try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file.path)
            }
            try FlightFiles(directory: directory.path).write(recording(atMilliseconds: 5), reason: "demand")
            let left = try names(in: directory).filter { $0.hasSuffix(".partial") }
            #expect(left == [".sagascope-flight-2-2.partial"])
        }
    }

    // MARK: Automatic dumps

    @Test func oneAutomaticDumpAMinute() async throws {
        try await withTemporaryDirectory { directory in
            let clock = Shared<UInt64>(1_000_000_000)
            let files = FlightFiles(directory: directory.path, now: { clock.withLock { $0 } })
            let (recording, taken) = (recording(atMilliseconds: 5), Shared(0))
            func dump() -> FlightFiles.Automatic {
                files.writeAutomatically(reason: "failure") {
                    taken.withLock { $0 += 1 }
                    return recording
                }
            }
            #expect(dump() == .written(paths: [directory.path + "/sagascope-flight-7-5-failure.perfetto-trace"]))
            #expect(dump() == .suppressed)
            clock.withLock { $0 += 59_999_999_999 }
            #expect(dump() == .suppressed)
            #expect(files.suppressed == 2)
            #expect(taken.withLock { $0 } == 1)
            // On demand at any time.
            try files.write(recording, reason: "demand")
            clock.withLock { $0 += 1 }
            #expect(dump() == .written(paths: [directory.path + "/sagascope-flight-7-6-failure.perfetto-trace"]))
        }
    }

    @Test func aDumpThatFailsIsNotTriedAgainAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            let clock = Shared<UInt64>(1_000_000_000)
            let missing = directory.appending(path: "missing")
            let files = FlightFiles(directory: missing.path, now: { clock.withLock { $0 } })
            let recording = recording(atMilliseconds: 5)
            guard case .failed(let error) = files.writeAutomatically(reason: "failure", recording: { recording })
            else { return #expect(Bool(false), "it was written") }
            #expect(error.code == ENOENT)
            #expect(files.writeAutomatically(reason: "failure", recording: { recording }) == .suppressed)
        }
    }

    // MARK: Faults

    @Test func aMissingDirectoryIsToldWithItsPathAndWhatToDo() async throws {
        try await withTemporaryDirectory { directory in
            let missing = directory.appending(path: "missing").path
            let error = #expect(throws: FlightFileError.self) {
                try FlightFiles(directory: missing).write(recording(atMilliseconds: 5), reason: "demand")
            }
            #expect(error?.code == ENOENT)
            let text = error?.description ?? ""
            #expect(text.contains(missing) && text.contains("No such file") && text.contains("make that directory"))
        }
    }

    /// Not even root may make a file in /proc.
    @Test func aDirectoryThatMustNotBeWrittenToIsTold() throws {
        let error = #expect(throws: FlightFileError.self) {
            try FlightFiles(directory: "/proc").write(recording(atMilliseconds: 5), reason: "demand")
        }
        #expect(error?.path.hasPrefix("/proc/") == true)
    }

    @Test(arguments: [ENOSPC, EIO, EFBIG]) func aFullDiskLeavesNothingBehind(code: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let room = Shared(100)
            // A disk with room for a hundred bytes.
            let files = FlightFiles(directory: directory.path, now: { 1 }) { descriptor, bytes, count in
                let allowed = room.withLock { room in
                    defer { room -= min(room, count) }
                    return min(room, count)
                }
                if allowed > 0 { return Glibc.write(descriptor, bytes, allowed) }
                errno = code
                return -1
            }
            let error = #expect(throws: FlightFileError.self) {
                try files.write(recording(atMilliseconds: 5), reason: "demand")
            }
            #expect(error?.code == code)
            #expect(error?.operation == "write")
            let left = try names(in: directory)
            #expect(left.isEmpty)
        }
    }

    @Test func aWriteThatIsInterruptedGoesOn() async throws {
        try await withTemporaryDirectory { directory in
            let calls = Shared(0)
            let files = FlightFiles(directory: directory.path, now: { 1 }) { descriptor, bytes, count in
                let call = calls.withLock { calls in
                    calls += 1
                    return calls
                }
                if call % 2 == 1 {
                    errno = EINTR
                    return -1
                }
                return Glibc.write(descriptor, bytes, min(count, 7))
            }
            let recording = recording(atMilliseconds: 5)
            let path = try files.write(recording, reason: "demand")
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(recording.perfettoTrace()))
        }
    }
}
