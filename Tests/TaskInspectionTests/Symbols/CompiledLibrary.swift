import Foundation

/// A library of C with one function that it does not export, in a directory of its own.
final class CompiledLibrary {
    static let source = """
        static int hidden(int value) {
            return value + 1;
        }
        int (*address_of_hidden(void))(int) { return hidden; }

        """
    static let lineOfHidden = 1

    let path: String
    let sourcePath: String
    private let directory: URL
    private var handle: UnsafeMutableRawPointer?

    /// - Parameter options: of clang, which every Swift toolchain has.
    init(_ options: String...) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "sagascope-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appending(path: "libprobe.so").path
        sourcePath = directory.appending(path: "probe.c").path
        try Self.source.write(toFile: sourcePath, atomically: true, encoding: .utf8)
        let clang = Process()
        clang.executableURL = URL(filePath: "/usr/bin/env")
        clang.arguments =
            ["clang", "-shared", "-fPIC", "-O0", "-Wl,--build-id=sha1", "-o", path, sourcePath] + options
        try clang.run()
        clang.waitUntilExit()
        guard clang.terminationStatus == 0 else { throw Failure(what: "clang: status \(clang.terminationStatus)") }
    }

    deinit {
        unload()
        try? FileManager.default.removeItem(at: directory)
    }

    struct Failure: Error {
        let what: String
    }

    /// Loads it.
    /// - Returns: the address of the function that is not exported.
    func load() throws -> UInt64 {
        handle = dlopen(path, RTLD_NOW | RTLD_LOCAL)
        guard let handle, let symbol = dlsym(handle, "address_of_hidden") else {
            throw Failure(what: dlerror().map { String(cString: $0) } ?? "no such symbol")
        }
        typealias Function = @convention(c) () -> UInt
        return UInt64(unsafeBitCast(symbol, to: Function.self)())
    }

    func unload() {
        if let handle { dlclose(handle) }
        handle = nil
    }
}
