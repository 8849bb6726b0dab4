import SagaLog

/// Works through steps that wait for each other: begins what is ready, side by side, and writes down what came of it together
/// with the beginning of what comes next, so that a chain of steps costs one commit each.
struct StepWaves<Launch: Sendable>: Sendable {
    typealias Draft = RunJournal.Draft

    let journal: RunJournal
    let executor: (any TaskExecutor)?
    /// What may begin when the run stands there. Each is asked for once.
    let ready: @Sendable (RunMachine) -> [Launch]
    /// The record of its beginning.
    let beginning: @Sendable (Launch) -> Draft
    /// Does it, and says what is to be written down of it.
    let perform: @Sendable (Launch) async throws(SagaRuntimeError) -> [Draft]

    /// Returns when nothing is left that is ready.
    /// - Parameter pending: records to be written with the first ones.
    /// - Returns: records that are to be written with the next ones.
    func run(_ pending: [Draft]) async throws(SagaRuntimeError) -> [Draft] {
        var pending = pending
        while true {
            let launches = ready(journal.machine(after: pending))
            guard !launches.isEmpty else { return pending }
            try await begin(launches, after: pending)
            pending = launches.count == 1 ? try await perform(launches[0]) : try await sideBySide(launches).get()
        }
    }

    /// Where the disk is full, what was done before is written down all the same: for that there is a reserve.
    private func begin(_ launches: [Launch], after pending: [Draft]) async throws(SagaRuntimeError) {
        do throws(SagaRuntimeError) {
            try await journal.commit(pending + launches.map(beginning))
        } catch {
            guard error.isRefusal, !pending.isEmpty else { throw error }
            // Remarks have no room there, and what is begun may have.
            if pending.allSatisfy({ $0.kind == .note }) {
                try await journal.commit(launches.map(beginning))
            } else {
                try await journal.commit(pending)
                throw error
            }
        }
    }

    private typealias End = Result<[Draft], SagaRuntimeError>

    private func sideBySide(_ launches: [Launch]) async -> End {
        await withTaskGroup(of: End.self) { group in
            var running = 0
            var failure: SagaRuntimeError?
            func begin(_ launches: [Launch]) {
                running += launches.count
                for launch in launches {
                    let name = beginning(launch).name
                    group.addTask(name: name, executorPreference: executor) { await end(of: launch) }
                }
            }
            begin(launches)
            while let end = await group.next() {
                running -= 1
                do throws(SagaRuntimeError) {
                    let drafts = try end.get()
                    // The others are not to go on.
                    if drafts.contains(where: \.isFinalFailure) { group.cancelAll() }
                    let next = failure == nil ? ready(journal.machine(after: drafts)) : []
                    // Back to one after the other, without tasks for it; what was admitted here is begun here.
                    if running == 0, next.isEmpty, failure == nil { return .success(drafts) }
                    try await self.begin(next, after: drafts)
                    begin(next)
                } catch {
                    failure = failure ?? error
                    group.cancelAll()
                }
            }
            return failure.map { .failure($0) } ?? .success([])
        }
    }

    private func end(of launch: Launch) async -> End {
        do throws(SagaRuntimeError) { return .success(try await perform(launch)) } catch { return .failure(error) }
    }
}
