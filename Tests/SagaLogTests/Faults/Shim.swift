import Foundation
import TestSupport

/// `shim.c`, to be loaded into other programs.
enum Shim {
    /// - Parameter settings: variables of the environment; see the file.
    /// - Returns: what a program is started under.
    static func wrapper(_ settings: [String], in directory: URL) async throws -> [String] {
        let library = directory.appending(path: "shim.so").path
        let source = Tool.packageRoot.appending(path: "Tests/SagaLogTests/Faults/shim.c").path
        let ended = try await Tool("clang").run(["-shared", "-fPIC", "-O1", "-o", library, source])
        guard ended.exitCode == 0 else { throw Failure(description: ended.text) }
        return ["LD_PRELOAD=\(library)"] + settings
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
