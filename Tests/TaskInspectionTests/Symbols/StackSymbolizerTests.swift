import Foundation
import Testing

@testable import TaskInspection

struct Shop: Sendable {
    var stock = 1

    @inline(never)
    func charge(_ amount: Int, through gate: Gate) async {
        await gate.wait()
        if amount < 0 { print(stock) }
    }

    static let lineOfCheckout: Int = #line + 4

    @inline(never)
    func checkout(_ gate: Gate) async {
        await charge(2, through: gate)
        if stock < 0 { print(stock) }
    }
}

/// The compiler puts it into its callers when it optimizes.
@inline(__always)
private func deliver(_ gate: Gate) async {
    await gate.wait()
    gate.pass("deliver")
}

struct StackSymbolizerTests {
    private let symbolizer = StackSymbolizer()

    private func stack(_ body: @escaping @Sendable (Gate) async -> Void) -> [StackFrame] {
        symbolizer.stack(resumeAddresses(of: body))
    }

    @Test func namesTheFunctionsOfASuspendedTask() throws {
        let frames = stack { await Shop().checkout($0) }
        let names = frames.compactMap(\.function)
        let charge = try #require(names.firstIndex(of: "TaskInspectionTests.Shop.charge(_:through:)"), "\(names)")
        #expect(names[..<charge].contains("TaskInspectionTests.Gate.wait()"), "\(names)")
        #expect(names.dropFirst(charge + 1).first == "TaskInspectionTests.Shop.checkout(_:)", "\(names)")
        #expect(frames[charge].isSystem == false)
        #expect(frames.allSatisfy { $0.module != nil && $0.offset > 0 })
    }

    @Test func knowsFileAndLineOfEachAwait() throws {
        let frames = stack { await Shop().checkout($0) }
        let frame = try #require(frames.first { $0.function == "TaskInspectionTests.Shop.checkout(_:)" })
        #expect(frame.file == #filePath)
        #expect(frame.line == Shop.lineOfCheckout)
    }

    @Test func tellsInlinedFunctionsApart() throws {
        let line = #line + 2
        let frames = stack { gate in
            await deliver(gate)
            gate.pass("closure")
        }
        let names = frames.compactMap(\.function)
        let inner = try #require(names.firstIndex { $0.hasPrefix("TaskInspectionTests.deliver(") }, "\(names)")
        let outer = frames[inner + 1]
        #expect(outer.function?.hasPrefix("closure #1 in ") == true, "\(names)")
        #expect(outer.line == line)
        #expect(frames[inner].file == #filePath)
    }

    @Test func theTopUserFrameIsNotTheRuntimes() throws {
        let frames = stack { gate in
            // A group's body, whose frames the library and the runtime stand between.
            await withTaskGroup(of: Void.self) { _ in await Shop().charge(1, through: gate) }
        }
        #expect(frames.topUserFrame?.function == "TaskInspectionTests.Gate.wait()")
        #expect(frames.contains { $0.isSystem && $0.function?.hasPrefix("Swift.withTaskGroup(") == true })
        #expect([StackFrame]().topUserFrame == nil)
        #expect([StackFrame(address: 1, isSystem: true)].topUserFrame == nil)
    }

    @Test func theRuntimeIsTheSystems() throws {
        let address = try #require(dlsym(nil, "swift_task_create"))
        let frames = symbolizer.frames(at: UInt64(UInt(bitPattern: address)))
        #expect(frames.first?.function?.contains("swift_task_create") == true)
        #expect(frames.allSatisfy { $0.isSystem })
    }

    @Test func anyAddressIsAllowed() throws {
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        defer { memory.deallocate() }
        let data = try #require(dlsym(nil, "_swift_concurrency_debug_asyncTaskMetadata"))
        let code = try #require(dlsym(nil, "swift_task_create"))
        let addresses = [
            0, 1, 4096, .max, .max - 1, 1 << 47, UInt64(UInt(bitPattern: memory)), UInt64(UInt(bitPattern: data)),
            UInt64(UInt(bitPattern: code)) + 1,
        ]
        for address in addresses {
            let frames = symbolizer.frames(at: address)
            #expect(frames.count >= 1)
            #expect(frames.allSatisfy { $0.address == address })
        }
        #expect(symbolizer.frames(at: 0) == [StackFrame(address: 0)])
        // Data has no function, but a module.
        let frame = symbolizer.frames(at: UInt64(UInt(bitPattern: data)))[0]
        #expect(frame.function == nil)
        #expect(frame.module != nil)
    }

    @Test func modulesAreThoseOfTheProcess() throws {
        let modules = symbolizer.modules()
        let frame = try #require(stack { await Shop().checkout($0) }.topUserFrame)
        let own = try #require(modules.first { $0.file == frame.module })
        #expect(frame.address == own.base + frame.offset)
        #expect((own.buildID ?? "").allSatisfy { $0.isHexDigit })
        #expect(modules.contains { $0.file.hasPrefix("libc.") && $0.buildID?.count == 40 })
        #expect(Set(modules.map(\.path)).count == modules.count)
    }

    @Test func manyThreadsMayAskAtOnce() {
        let addresses = resumeAddresses { await Shop().checkout($0) }
        let expected = addresses.map { symbolizer.frames(at: $0) }
        let fresh = StackSymbolizer()
        DispatchQueue.concurrentPerform(iterations: 64) { _ in
            #expect(addresses.map { fresh.frames(at: $0) } == expected)
        }
    }

    @Test func remembersNoMoreThanItsLimit() {
        var cache = FrameCache(limit: 8)
        for address in 0..<100 as Range<UInt64> {
            cache[address] = [StackFrame(address: address)]
            // Asked for all the time, so it stays.
            #expect(cache[0] == [StackFrame(address: 0)])
            #expect(cache.count <= 8)
        }
        #expect(cache[99] != nil)
        #expect(cache[50] == nil)
    }
}
