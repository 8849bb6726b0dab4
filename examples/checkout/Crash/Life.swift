import Foundation
import Glibc

/// One life of the orchestrator: a process that runs this program anew. It ends with this process, however that ends: the
/// life sees its standard input close.
final class Life: Sendable {
    let number: Int
    private let process = Process()
    private let input = Pipe()
    private let ends: AsyncStream<Void>

    /// - Throws: ``DemoError/cannotStart(_:)``.
    init(_ number: Int, _ participants: ParticipantURLs, _ options: DemoOptions) throws {
        self.number = number
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        self.ends = ends
        process.arguments = LifeOptions.arguments(life: number, participants, options)
        process.standardInput = input
        process.terminationHandler = { _ in ended.finish() }
        do {
            let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            process.executableURL = URL(fileURLWithPath: program)
            try process.run()
        } catch { throw DemoError.cannotStart("\(error)") }
    }

    var id: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// As a crash would.
    func kill() { Glibc.kill(id, SIGKILL) }

    /// Asks it to finish what is under way.
    func stop() { process.terminate() }

    func waitForEnd() async { for await _ in ends {} }

    enum End: Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Of a process that has ended.
    var end: End {
        process.terminationReason == .exit ? .exit(process.terminationStatus) : .signal(process.terminationStatus)
    }
}

/// Ends this process when standard input closes: the demo that began it is gone, and its participants with it.
enum ParentWatch {
    static func begin() {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) != 0 {}
            _exit(EXIT_FAILURE)
        }
    }
}
