#if AdminServer
import HTTPTypes
import Hummingbird
import Logging
import RunInspection
import SagaLog
import SagaRuntime
import SagaTelemetry
import TaskInspection

/// `/debug/runs`: the open runs of the attached coordinators, one of them in full, and what an operator does with one.
struct RunsRoute: Sendable {
    let coordinators: @Sendable () -> [SagaCoordinator]
    let tasks: @Sendable () -> TaskDump
    let queue: DebugQueue
    let logger: Logger

    /// JSON; of a ``RunProblem`` where there is one.
    struct Answer {
        let status: HTTPResponse.Status
        let body: [UInt8]
    }

    func answer(to request: RunsRequest) async -> Answer {
        do {
            switch request {
            case .list(let filter):
                return Answer(status: .ok, body: try await queue.limiting { try await list(filter) })
            case .detail(let name):
                return Answer(status: .ok, body: try await queue.limiting { try await detail(name) })
            // It may wait long, and shall not keep anybody from looking.
            case .change(let change): return try await perform(change)
            }
        } catch let problem as RunProblem {
            return Self.answer(problem)
        } catch is DebugQueue.Busy {
            return Self.answer(RunProblem(.busy, "\(DebugQueue.limit) such requests are being answered already"))
        } catch {
            return Self.answer(RunProblem(.log, "\(error)"))
        }
    }

    static func answer(_ problem: RunProblem) -> Answer {
        let status: HTTPResponse.Status =
            switch problem.kind {
            case .unknown: .notFound
            case .ambiguous, .notAllowed: .conflict
            case .malformed: .badRequest
            case .needsToken: .forbidden
            case .busy: .serviceUnavailable
            case .log: .internalServerError
            }
        return Answer(status: status, body: (try? RunJSON.encode(problem)) ?? [])
    }

    // MARK: looking

    private func list(_ filter: RunFilter) async throws -> [UInt8] {
        let coordinators = coordinators()
        var statuses: [[TraceID: RunStatus]] = []
        for coordinator in coordinators {
            let open = try await coordinator.store.openRuns()
            statuses.append(Dictionary(open.map { ($0.run, $0) }) { first, _ in first })
        }
        let known = statuses
        return try await queue.make {
            Result {
                let lines = zip(coordinators, known).flatMap { coordinator, statuses in
                    coordinator.openRuns.map { run in RunLine(run, TraceID(run.run).flatMap { statuses[$0] }) }
                }
                return try RunJSON.encode(
                    RunList(timeUnixNano: UnixTime.now, coordinators: coordinators.count, lines: lines, filter: filter))
            }
        }.get()
    }

    private func detail(_ name: RunName) async throws -> [UInt8] {
        let (coordinator, _, id) = try find(name)
        // Memory first: what it has is in the log then.
        guard let memory = coordinator.report(of: id) else { throw RunProblem.unknown(name) }
        let history = try await coordinator.history(of: id)
        if history.isEmpty, coordinator.report(of: id) == nil { throw RunProblem.unknown(name) }
        let tasks = tasks
        return try await queue.make {
            Result {
                try RunJSON.encode(
                    RunDetail(timeUnixNano: UnixTime.now, memory: memory, history: history, dump: tasks()))
            }
        }.get()
    }

    private typealias Found = (coordinator: SagaCoordinator, report: RunReport, id: TraceID)

    private func find(_ name: RunName) throws(RunProblem) -> Found {
        let coordinators = coordinators()
        guard !coordinators.isEmpty else {
            throw RunProblem(
                .unknown, "no coordinator is attached: the program calls attach(_:) of its SagascopeService")
        }
        if let id = name.id {
            for coordinator in coordinators {
                if let report = coordinator.report(of: id) { return (coordinator, report, id) }
            }
        }
        let runs = coordinators.flatMap { coordinator in coordinator.openRuns.map { (coordinator, $0) } }
        let (coordinator, report) = try name.only(of: runs, run: \.1.run, key: \.1.id)
        guard let id = TraceID(report.run) else { throw .unknown(name) }
        return (coordinator, report, id)
    }

    // MARK: changing

    private func perform(_ change: RunChange) async throws -> Answer {
        let (coordinator, report, id) = try find(change.run)
        logger.notice(
            "a run is changed by hand",
            metadata: [
                "action": "\(change.action)", "saga.run.id": "\(id)", "saga.name": "\(report.saga)",
                "step": "\(change.step)", "by": "\(change.person)",
            ])
        let outcome: RunOutcome?
        var isOver = true
        switch change.action {
        case .cancel:
            do { try coordinator.cancel(id, reason: change.reason) } catch { throw Self.problem(error) }
            outcome = nil
        case .retry:
            let end = await Patience.result(within: change.patience) { try await coordinator.retry(id) }
            do { outcome = try end?.get() } catch { throw Self.problem(error) }
            isOver = end != nil
        case .resolve:
            let end = await Patience.result(within: change.patience) {
                _ = try await coordinator.resolve(id, step: change.step, by: change.person)
            }
            do { try end?.get() } catch { throw Self.problem(error) }
            outcome = nil
            isOver = end != nil
        }
        let answer = RunAnswer(change.action, of: report, outcome: outcome, after: coordinator.report(of: id))
        return Answer(status: isOver ? .ok : .accepted, body: try RunJSON.encode(answer))
    }

    private static func problem(_ error: any Error) -> RunProblem {
        if case SagaRuntimeError.log(let error) = error { return RunProblem(.log, "\(error)") }
        return RunProblem(.notAllowed, "\(error)")
    }
}
#endif
