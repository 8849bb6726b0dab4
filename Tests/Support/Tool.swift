import Foundation

/// An installed program that tests run: found in PATH, or the test fails and says what to do.
public struct Tool: Sendable {
    public let url: URL

    public struct Missing: Error, CustomStringConvertible {
        public let name: String
        public var description: String { "\(name) is not there; run `make setup`" }
    }

    public init(at url: URL) { self.url = url }

    /// An executable product of this package, which the tests were built with.
    public init(product name: String) throws(Missing) {
        let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let url = products.appending(path: name)
        guard FileManager.default.isExecutableFile(atPath: url.path) else { throw Missing(name: url.path) }
        self.url = url
    }

    /// The folder of `Package.swift`.
    public static var packageRoot: URL {
        (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    }

    public init(_ name: String) throws(Missing) {
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let candidates = directories.map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
        guard let url = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
        else { throw Missing(name: name) }
        self.url = url
    }

    /// Runs the tool to its end.
    ///
    /// - Parameter timeLimit: after this the process is killed and ``RunningProcess/TookTooLong`` is thrown.
    public func run(
        _ arguments: [String] = [], input: [UInt8] = [], timeLimit: Duration = .seconds(30)
    ) async throws -> ProcessOutput {
        try await withTemporaryDirectory { directory in
            let process = try RunningProcess(self, arguments, input: input, files: directory)
            return try await process.waitForExit(timeLimit: timeLimit)
        }
    }
}

/// What a process left behind.
public struct ProcessOutput: Sendable {
    public let exitCode: Int32
    public let output: [UInt8]
    public let errors: String

    /// Both, for messages.
    public var text: String { String(decoding: output, as: UTF8.self) + errors }
}
