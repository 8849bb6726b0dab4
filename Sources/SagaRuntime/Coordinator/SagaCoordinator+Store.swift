import SagaLog

extension SagaCoordinator {
    /// Where its runs are written to: for tools that show what the log says beside what memory says.
    package var store: any SagaLogStore { environment.store }
}
