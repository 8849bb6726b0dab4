import Foundation
import Synchronization
import TestSupport
import Testing

@testable import OTLPExporter

/// What a file does when the kernel writes less than it was asked to.
@Suite struct JSONLinesFileTests {
    /// A `write` that follows a plan: so many bytes, or an error number. After the plan it writes everything.
    final class PlannedWrites: Sendable {
        enum Step: Sendable {
            case bytes(Int)
            case error(Int32)
        }

        private let plan: Mutex<[Step]>

        init(_ plan: Step...) { self.plan = Mutex(plan) }

        func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
            switch plan.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            case .bytes(let limit): return Foundation.write(descriptor, bytes, min(limit, count))
            case .error(let code):
                errno = code
                return -1
            case nil: return Foundation.write(descriptor, bytes, count)
            }
        }
    }

    func withFile(
        _ writes: PlannedWrites, _ body: (inout JSONLinesFile, () throws -> String) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "lines").path
            var file = JSONLinesFile(
                path: path, maximumBytes: 1 << 20, keptFiles: 1, writeCall: { writes.write($0, $1, $2) })
            try body(&file) { String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) }
        }
    }

    @Test func goesOnAfterShortAndInterruptedWrites() async throws {
        try await withFile(PlannedWrites(.bytes(2), .error(EINTR), .bytes(1), .error(EINTR))) { file, content in
            try file.append(Array("first\n".utf8))
            try file.append(Array("second\n".utf8))
            #expect(try content() == "first\nsecond\n")
        }
    }

    @Test func takesBackTheHalfThatADiskHadRoomFor() async throws {
        try await withFile(PlannedWrites(.bytes(6), .bytes(3), .error(ENOSPC))) { file, content in
            try file.append(Array("first\n".utf8))
            #expect(throws: FileError.self) { try file.append(Array("second\n".utf8)) }
            #expect(try content() == "first\n")
            try file.append(Array("third\n".utf8))
            #expect(try content() == "first\nthird\n")
        }
    }

    @Test func leavesAloneWhatAnotherProcessAppendedMeanwhile() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "lines").path
            let calls = Mutex(0)
            var file = JSONLinesFile(path: path, maximumBytes: 1 << 20, keptFiles: 1) { descriptor, bytes, count in
                let call = calls.withLock { calls in
                    calls += 1
                    return calls
                }
                if call == 1 { return Foundation.write(descriptor, bytes, 3) }
                if call == 2 {
                    let other = open(path, O_WRONLY | O_APPEND)
                    _ = Foundation.write(other, "other\n", 6)
                    Foundation.close(other)
                    errno = ENOSPC
                    return -1
                }
                return Foundation.write(descriptor, bytes, count)
            }
            #expect(throws: FileError.self) { try file.append(Array("second\n".utf8)) }
            let content = try Data(contentsOf: URL(filePath: path))
            #expect(String(decoding: content, as: UTF8.self) == "secother\n")
        }
    }

    @Test func namesWhatFailedAndWhatToDo() {
        let error = FileError(operation: "cannot open", path: "/var/log/x", code: EACCES)
        #expect("\(error)" == "cannot open '/var/log/x': Permission denied")
        #expect(error.advice.contains("Let this process write there"))
    }
}
