import Foundation
import TestSupport
import Testing

@testable import SagaLog

@Suite struct ViewNamesTests {
    private static func withNames(bytes: Int, _ body: (ViewNames, () -> [String]) throws -> Void) rethrows {
        let table = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        defer { table.deallocate() }
        table.initializeMemory(as: UInt8.self, repeating: 0)
        try body(ViewNames(table, checksum: 5)) { ViewNames.read(UnsafeRawBufferPointer(table), checksum: 5) }
    }

    private static func number(_ name: String, in names: ViewNames) -> UInt16 {
        Array(name.utf8).withUnsafeBytes { names.number(of: $0) }
    }

    @Test func eachNameHasOneNumber() {
        Self.withNames(bytes: 1024) { names, read in
            let long = String(repeating: "é", count: 127)
            let numbers = ["a", "", "réserve", "a", long, "réserve"].map { Self.number($0, in: names) }
            #expect(numbers == [1, 0, 2, 1, 3, 2])
            #expect(read() == ["", "a", "réserve", long])
            #expect(names.refused == 0)
        }
    }

    @Test func namesBeyondTheRoomHaveNoneAndAreCounted() {
        Self.withNames(bytes: 64) { names, read in
            // 16 bytes each: four of them.
            let numbers = (0..<6).map { Self.number("name \($0)", in: names) }
            #expect(numbers == [1, 2, 3, 4, 0, 0])
            #expect(Self.number("name 3", in: names) == 4)
            #expect(names.refused == 2)
            #expect(read() == ["", "name 0", "name 1", "name 2", "name 3"])
        }
    }

    @Test func thereAreOnlySoManyNames() {
        Self.withNames(bytes: 128 << 10) { names, read in
            for index in 0..<ViewNames.maximumNames { _ = Self.number("\(index)", in: names) }
            #expect(Self.number("4094", in: names) == 4_095)
            #expect(Self.number("one more", in: names) == 0)
            #expect(names.refused == 1)
            #expect(read().count == 4_096)
        }
    }

    @Test func threadsThatAskAtOnceGetTheSameNumbers() {
        Self.withNames(bytes: 64 << 10) { names, read in
            nonisolated(unsafe) let answers = UnsafeMutablePointer<[UInt16]>.allocate(capacity: 4)
            answers.initialize(repeating: [], count: 4)
            defer {
                answers.deinitialize(count: 4)
                answers.deallocate()
            }
            DispatchQueue.concurrentPerform(iterations: 4) { thread in
                answers[thread] = (0..<1_000).map { Self.number("name \($0)", in: names) }
            }
            #expect(Set(answers[0]).count == 1_000 && !answers[0].contains(0))
            for thread in 1..<4 { #expect(answers[thread] == answers[0]) }
            let all = read()
            for (index, number) in answers[0].enumerated() { #expect(all[Int(number)] == "name \(index)") }
        }
    }
}
