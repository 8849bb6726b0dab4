import GRDB
import Glibc
import ServiceLifecycle

/// Starts the orchestrator, kills it in mid-run, starts it anew, and has the end checked.
struct CrashConductor: Service {
    let options: DemoOptions
    let participants: Participants
    let report: CrashReport

    func run() async throws {
        let urls = try await cancelWhenGracefulShutdown { try await participants.urls() }
        let start = ContinuousClock.now
        let first = try Life(1, urls, options)
        let begun = try await kill(first)
        let second = try Life(2, urls, options)
        await withGracefulShutdownHandler {
            await second.waitForEnd()
        } onGracefulShutdown: {
            second.stop()
        }
        if Task.isShuttingDownGracefully { throw DemoError.interrupted }
        guard second.end == .exit(0) else { throw DemoError.lifeFailed(2, second.end) }
        try await report.make(
            CrashFigures(killed: first.id, begun: begun, resumed: second.id, elapsed: ContinuousClock.now - start))
    }

    /// Waits until half of the orders have come to stock: as many as are done and as are under way.
    /// - Returns: how many had.
    private func kill(_ life: Life) async throws -> Int {
        var begun = 0
        while life.isRunning, !Task.isShuttingDownGracefully, begun < (options.orders + 1) / 2 {
            begun = try await participants.stock.database.pool.read { try EffectTable.runs(in: $0) }
            try? await Task.sleep(for: .milliseconds(2))
        }
        life.kill()
        await life.waitForEnd()
        if Task.isShuttingDownGracefully { throw DemoError.interrupted }
        switch life.end {
        case .signal(SIGKILL): break
        case .exit(0): throw DemoError.tooFast(orders: options.orders)
        default: throw DemoError.lifeFailed(1, life.end)
        }
        Console.progress("\nthe orchestrator, process \(life.id), was killed after \(begun.grouped) orders had begun\n")
        return begun
    }
}

/// How it went.
struct CrashFigures: Sendable {
    /// The processes.
    let killed: Int32
    /// Orders that had begun when it was.
    let begun: Int
    let resumed: Int32
    let elapsed: Duration
}
