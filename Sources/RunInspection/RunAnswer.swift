import SagaInstrumentation
import SagaRuntime

/// What came of retrying, resolving or cancelling a run.
package struct RunAnswer: Codable, Sendable, Equatable {
    package enum Action: String, Codable, Sendable, CaseIterable {
        case retry, resolve, cancel
    }

    package var action: Action
    package var run: String
    package var id: String
    package var saga: String
    /// `saga.result`; nil while it is not known yet.
    package var result: String?
    package var error: RecordedError?
    package var deadLetters: [String]
    /// As it is in memory afterwards; nil when it is closed.
    package var report: RunReport?

    package init(_ action: Action, of run: RunReport, outcome: RunOutcome?, after report: RunReport?) {
        self.action = action
        (self.run, id, saga) = (run.run, run.id, run.saga)
        (result, error) = (outcome?.result.rawValue, outcome?.error)
        deadLetters = outcome?.deadLetters ?? report?.deadLetters ?? []
        self.report = report
    }
}
