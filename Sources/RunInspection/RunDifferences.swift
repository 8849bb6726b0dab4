import SagaRuntime

/// What a run's memory and its log say differently.
package enum RunDifferences {
    /// - Parameters:
    ///   - memory: with its last durable record.
    ///   - log: the run's records up to that one.
    package static func between(_ memory: RunReport, _ log: RecordedRun) -> [String] {
        var differences: [String] = []
        func compare<Value: Equatable>(_ what: String, _ inMemory: Value, _ inLog: Value) {
            if inMemory != inLog { differences.append("\(what): \(inMemory) in memory, \(inLog) in the log") }
        }
        compare("state", memory.state, log.state)
        compare("last record", memory.lsn, log.lsn)
        compare("records", memory.records, log.records)
        compare("saga", memory.saga, log.saga)
        compare("version", memory.version, log.version)
        compare("id", memory.id.shortened(to: 100), log.key.shortened(to: 100))
        for (index, step) in memory.steps.enumerated() {
            let other = log.steps.first { $0.index == index } ?? RecordedRun.Step(index: index, name: step.name)
            let name = "step \(step.name)"
            compare("\(name), its name", step.name, other.name)
            compare("\(name), its state", step.state, other.state)
            compare("\(name), its attempts", step.attempts, other.attempts)
            compare("\(name), attempts to undo it", step.compensations, other.compensations)
        }
        for step in log.steps where !memory.steps.indices.contains(step.index) {
            differences.append("step \(step.name): not in memory, \(step.state) in the log")
        }
        return differences
    }
}
