import Foundation
import OTLPExporter
import Testing

/// The official Python messages as the judge of what we encode: `Tests/Tools/judge.py`.
enum Judge {
    /// Fails the test unless `request` is a valid export request, by everything the judge knows.
    static func check(_ request: [UInt8], _ signal: OTLPSignal, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let verdict = try await run("check", signal, request)
        #expect(verdict.status == 0, "\(verdict.output)", sourceLocation: sourceLocation)
    }

    /// The content of a request.
    static func content(of request: [UInt8], _ signal: OTLPSignal) async throws -> JSONValue {
        try JSONValue.parse(try await judged("json", signal, request))
    }

    /// The content of each line of OTLP/JSON, read back by the official library.
    static func content(ofLines lines: [UInt8], _ signal: OTLPSignal) async throws -> [JSONValue] {
        guard case .array(let values) = try JSONValue.parse(try await judged("lines", signal, lines)) else { return [] }
        return values
    }

    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private static func judged(_ mode: String, _ signal: OTLPSignal, _ input: [UInt8]) async throws -> String {
        let verdict = try await run(mode, signal, input)
        guard verdict.status == 0 else { throw Refusal(description: verdict.output) }
        return verdict.output
    }

    /// Decompresses with Python's own gzip, another zlib binding than ours.
    static func gunzip(_ packed: [UInt8]) async throws -> [UInt8] {
        let program =
            "import base64,gzip,sys;print(base64.b64encode(gzip.decompress(open(sys.argv[1],'rb').read())).decode())"
        let answer = try await withInputFile(packed) { try await Subprocess.run(try python, ["-c", program, $0]) }
        guard answer.status == 0, let bytes = Data(base64Encoded: answer.output.filter { !$0.isWhitespace }) else {
            throw Refusal(description: answer.output)
        }
        return [UInt8](bytes)
    }

    private static func run(
        _ mode: String, _ signal: OTLPSignal, _ input: [UInt8]
    ) async throws -> (status: Int32, output: String) {
        let script = packageRoot.appending(path: "Tests/Tools/judge.py").path
        return try await withInputFile(input) {
            try await Subprocess.run(try python, [script, mode, signal.rawValue, $0])
        }
    }

    private static func withInputFile<Result>(
        _ input: [UInt8], _ body: (String) async throws -> Result
    ) async throws -> Result {
        try await TemporaryDirectory.with { directory in
            let file = directory.appending(path: "input")
            try Data(input).write(to: file)
            return try await body(file.path)
        }
    }

    private static var packageRoot: URL {
        (0..<4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    }

    private static var python: String {
        get throws {
            let path =
                ProcessInfo.processInfo.environment["TEST_PYTHON"]
                ?? packageRoot.appending(path: ".build/venv/bin/python3").path
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw Refusal(description: "no Python at \(path): run `make setup`, or set TEST_PYTHON")
            }
            return path
        }
    }
}

enum Subprocess {
    /// Runs a program to its end, off the threads that run tasks.
    static func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                let process = Process()
                let output = Pipe()
                process.executableURL = URL(filePath: program)
                process.arguments = arguments
                process.standardOutput = output
                process.standardError = output
                do {
                    try process.run()
                    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
                    process.waitUntilExit()
                    continuation.resume(
                        returning: (process.terminationStatus, String(decoding: bytes, as: UTF8.self)))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}

enum TemporaryDirectory {
    /// Runs `body` with a directory of its own, removed afterwards.
    static func with<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "sagascope-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try await body(directory)
    }
}
