import Glibc

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Everything that detectors may look at, so that tests can show them any machine.
struct Surroundings: Sendable {
    var environment: [String: String] = [:]
    var arguments: [String] = []
    var processID: Int32 = 0
    /// Where the program's file is; nil when that cannot be found out.
    var executablePath: String?
    /// A random UUID, the same for the life of the process.
    var instanceID = ""
    /// The text of a file; nil when there is none that can be read.
    var read: @Sendable (_ path: String) -> String? = { _ in nil }

    /// This process.
    static func process(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Surroundings {
        Surroundings(
            environment: environment, arguments: CommandLine.arguments, processID: getpid(),
            executablePath: try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            instanceID: processInstanceID, read: readFile)
    }

    private static let processInstanceID = UUID().uuidString.lowercased()

    /// The first line of a file that holds a single value, without the white space around it; nil when it is empty.
    func line(_ path: String) -> String? {
        guard let line = read(path)?.split(whereSeparator: \.isNewline).first else { return nil }
        let trimmed = line.trimmingWhitespace()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// A variable that is set and not empty.
    func variable(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// The most of a file that is read: a process's mounts take a few hundred bytes each.
    private static let fileLimit = 1 << 20

    /// Reads regular files only and never blocks: a path may be a pipe that nobody writes to.
    private static func readFile(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while bytes.count < fileLimit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StringProtocol {
    func trimmingWhitespace() -> SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[endIndex...] }
        return self[first...last]
    }
}
