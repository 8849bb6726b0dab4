import GRDB
import SagaParticipant
import Sagascope

/// What stands at the end of a run whose orchestrator was killed: `summary.json`, a table, and the proof.
struct CrashReport: Sendable {
    let options: DemoOptions
    let folder: OutputFolder
    let participants: Participants
    let sagascope: SagascopeService

    /// Checks, writes and prints.
    ///
    /// - Throws: ``DemoError/inconsistent`` after everything has been said, when an order is neither done nor compensated, or
    ///   anything else does not fit.
    func make(_ figures: CrashFigures) async throws {
        let orders = (1...options.orders).map { Order.make($0, seed: options.seed) }
        let life = try LifeReport.read(folder.report(ofLife: 2))
        let states = try await OrderStates.read(participants, orders)
        let effects = try await doubledEffects()
        let log = try CrashLog(directory: folder.log)
        try await sagascope.settle(every: FaultMiddleware.slowness - CallTimeout.limit + .milliseconds(300))
        await sagascope.forceFlush(timeout: .seconds(10))
        let telemetry = try CrashTelemetry(folder, isInFiles: sagascope.configuration.writesFile)

        var disagreements = states.inBetween + effects.actions.map { "\($0): done twice" }
        disagreements += effects.compensations.map { "\($0): undone twice" }
        disagreements += try await mismatches(with: life, orders)
        disagreements += log.disagreements(with: orders, resumed: life.resumed)
        disagreements += telemetry.disagreements
        let summary = CrashSummary(
            options, figures, life, states, log, telemetry, doubled: effects.compensations.count, disagreements)
        let json = try summary.json()
        try folder.write(json, to: folder.summary)
        Console.print(
            options.json ? String(decoding: json.dropLast(), as: UTF8.self) : "\n" + CrashTable(summary: summary).text)
        guard disagreements.isEmpty else { throw DemoError.inconsistent(disagreements.count) }
    }

    /// What the second life believes, beside the databases.
    private func mismatches(with life: LifeReport, _ orders: [Order]) async throws -> [String] {
        let runs = orders.compactMap { order in
            life.runs[order.id].map {
                RunLedger.Run(order: order, result: $0.sagaResult, reason: $0.reason, seconds: 0)
            }
        }
        var found = try await ConsistencyCheck(
            participants: participants, pieces: Participants.allPieces(for: options.orders)
        ).disagreements(with: runs)
        if runs.count < orders.count { found.append("\(orders.count - runs.count) orders have no end") }
        if life.suspended > 0 { found.append("\(life.suspended) runs wait with dead letters") }
        return found + life.quarantined
    }

    private func doubledEffects() async throws -> (actions: [String], compensations: [String]) {
        var doubled: (actions: [String], compensations: [String]) = ([], [])
        for service in participants.services {
            let found = try await service.database.pool.read { database in
                (try EffectTable.doubled(.action, in: database), try EffectTable.doubled(.compensation, in: database))
            }
            doubled.actions += found.0
            doubled.compensations += found.1
        }
        return doubled
    }
}
