import SagaTelemetry

/// The steps of a saga and what each has to wait for: a graph without cycles. Steps are numbered as they stand in the
/// definition; the number is `saga.step.index`, and in the log.
package struct StepGraph: Sendable, Hashable {
    package let names: [String]
    /// Of each step, those it waits for, and those that wait for it.
    package let dependencies: [[Int]]
    package let dependents: [[Int]]
    package let isCompensable: [Bool]

    package var count: Int { names.count }

    /// - Throws: what is wrong with it, naming the step.
    package init(
        names: [String], dependencies: [[Int]], isCompensable: [Bool]
    ) throws(SagaDefinitionError) {
        self.names = names
        self.dependencies = dependencies
        self.isCompensable = isCompensable
        var dependents = [[Int]](repeating: [], count: names.count)
        for (step, needed) in dependencies.enumerated() { for other in needed { dependents[other].append(step) } }
        self.dependents = dependents
        if let cycle { throw .cycle(cycle.map { names[$0] }) }
    }

    /// Steps that wait for each other, the first one again at the end.
    private var cycle: [Int]? {
        var open = dependencies.map(\.count)
        var free = open.indices.filter { open[$0] == 0 }
        var reached = 0
        while let step = free.popLast() {
            reached += 1
            for other in dependents[step] {
                open[other] -= 1
                if open[other] == 0 { free.append(other) }
            }
        }
        guard reached < count, var step = open.firstIndex(where: { $0 > 0 }) else { return nil }
        // Each step that is left waits for another one that is left: going back meets one twice.
        var path: [Int] = []
        while let known = path.firstIndex(of: step) == nil ? path.count : nil, known == path.count {
            path.append(step)
            step = dependencies[step].first { open[$0] > 0 } ?? step
        }
        return Array(path[(path.firstIndex(of: step) ?? 0)...]) + [step]
    }

    /// The same for the same steps in the same order with the same dependencies.
    package var fingerprint: UInt64 {
        var hash = DerivedID.hash("saga")
        for (name, needed) in zip(names, dependencies) {
            hash = DerivedID.hash(name, seed: hash)
            for step in needed { hash = DerivedID.hash(names[step], seed: hash &+ 1) }
        }
        return hash
    }
}
