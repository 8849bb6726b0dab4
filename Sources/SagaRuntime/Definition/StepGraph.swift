import SagaTelemetry

/// The steps of a saga and what each has to wait for: a graph without cycles. Steps are numbered as they stand in the
/// definition; the number is `saga.step.index`, and in the log.
package struct StepGraph: Sendable, Hashable {
    package let names: [String]
    /// Of each step, those it waits for, and those that wait for it.
    package let dependencies: [[Int]]
    package let dependents: [[Int]]
    package let isCompensable: [Bool]
    /// Each step after those it waits for.
    package let order: [Int]

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
        // Kahn's order: what is left open is part of a circle, or comes after one.
        var open = dependencies.map(\.count)
        var order = open.indices.filter { open[$0] == 0 }
        var next = 0
        while next < order.count {
            for other in dependents[order[next]] {
                open[other] -= 1
                if open[other] == 0 { order.append(other) }
            }
            next += 1
        }
        self.order = order
        if let left = open.firstIndex(where: { $0 > 0 }) {
            throw .cycle(Self.cycle(from: left, dependencies, among: open).map { names[$0] })
        }
    }

    /// Steps that wait for each other, the first one again at the end: each step that is left waits for another one that is
    /// left, so going back meets one twice.
    private static func cycle(from left: Int, _ dependencies: [[Int]], among open: [Int]) -> [Int] {
        var (step, path) = (left, [Int]())
        while !path.contains(step) {
            path.append(step)
            step = dependencies[step].first { open[$0] > 0 } ?? step
        }
        return Array(path[(path.firstIndex(of: step) ?? 0)...]) + [step]
    }

    /// The same for the same steps in the same order with the same dependencies, each with or without a compensation.
    package var fingerprint: UInt64 {
        var hash = DerivedID.hash("saga")
        for (index, (name, needed)) in zip(names, dependencies).enumerated() {
            hash = DerivedID.hash(name, seed: hash &+ (isCompensable[index] ? 2 : 0))
            for step in needed { hash = DerivedID.hash(names[step], seed: hash &+ 1) }
        }
        return hash
    }
}
