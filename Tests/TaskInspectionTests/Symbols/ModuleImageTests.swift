import Foundation
import Testing

@testable import TaskInspection

/// What the files of modules tell, and that no file does harm.
struct ModuleImageTests {
    private let symbolizer = StackSymbolizer()

    @Test(arguments: ["-gdwarf-4", "-gdwarf-5"])
    func readsDebugInformation(_ option: String) throws {
        let library = try CompiledLibrary(option)
        let frames = symbolizer.frames(at: try library.load())
        #expect(frames.map(\.function) == ["hidden"])
        #expect(frames[0].module == "libprobe.so")
        #expect(frames[0].file == library.sourcePath)
        #expect(frames[0].line == CompiledLibrary.lineOfHidden)
        #expect(!frames[0].isSystem)
    }

    @Test func withoutDebugInformationThereAreNames() throws {
        let library = try CompiledLibrary("-g0")
        let frame = symbolizer.frames(at: try library.load())[0]
        #expect(frame.function == "hidden")
        #expect(frame.file == nil)
        #expect(frame.line == nil)
    }

    @Test func ofAStrippedFileModuleAndOffsetAreKnown() throws {
        let library = try CompiledLibrary("-g", "-s")
        let address = try library.load()
        let frame = symbolizer.frames(at: address)[0]
        let module = try #require(symbolizer.modules().first { $0.path == library.path })
        #expect(frame == StackFrame(address: address, module: "libprobe.so", offset: address - module.base))
        #expect(module.buildID?.count == 40)
    }

    /// A deployment has put a new version where the running one was.
    @Test func aFileThatWasReplacedIsNotBelieved() throws {
        let library = try CompiledLibrary("-g")
        let address = try library.load()
        let other = try CompiledLibrary("-g", "-DNEW", "-Wl,--build-id=0x0123456789abcdef0123456789abcdef01234567")
        _ = rename(other.path, library.path)
        let frame = symbolizer.frames(at: address)[0]
        #expect(frame.function == nil)
        #expect(frame.module == "libprobe.so")
        #expect(frame.offset > 0)
    }

    @Test func whatIsUnloadedIsForgotten() throws {
        let library = try CompiledLibrary("-g")
        let address = try library.load()
        #expect(symbolizer.frames(at: address)[0].function == "hidden")
        library.unload()
        // Any address that is not remembered makes it look.
        _ = symbolizer.frames(at: 1)
        #expect(symbolizer.frames(at: address) == [StackFrame(address: address, offset: address)])
    }

    @Test func aFileThatIsNoProgramIsRefused() throws {
        #expect(ModuleImage(path: #filePath) == nil)
        #expect(ModuleImage(path: "/dev/null") == nil)
        #expect(ModuleImage(path: "/") == nil)
        #expect(ModuleImage(path: "/nowhere") == nil)
        let library = try CompiledLibrary("-g")
        #expect(ModuleImage(path: library.path) != nil)
        #expect(ModuleImage(path: library.path, buildID: [1, 2, 3]) == nil)
        #expect(ModuleImage(path: library.path, headers: [UInt8](repeating: 0, count: 56)) == nil)
    }

    /// Nothing but that it comes back: what it answers for a damaged file is nobody's concern.
    @Test(arguments: ["-gdwarf-4", "-gdwarf-5"])
    func aDamagedFileDoesNoHarm(_ option: String) throws {
        let library = try CompiledLibrary(option)
        let whole = [UInt8](try Data(contentsOf: URL(filePath: library.path)))
        var random = RandomBytes(state: 7)
        for round in 0..<200 {
            var bytes = whole
            for _ in 0..<(random.next() % 24) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next() >> 8)
            }
            if round % 10 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            let path = library.path + ".damaged"
            // A new file each time: the last one is still mapped while it is closed.
            try? FileManager.default.removeItem(atPath: path)
            try Data(bytes).write(to: URL(filePath: path))
            guard let image = ModuleImage(path: path) else { continue }
            for address in stride(from: 0, to: 0x4000 as UInt64, by: 0x40) { _ = image.places(at: address) }
        }
    }

    /// The same numbers in every run.
    private struct RandomBytes {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 20
        }
    }
}
