/// Which task waits for which: finds those that wait for each other for ever.
struct WaitGraph {
    private var waits: [UInt64: [UInt64]] = [:]

    /// Tasks that wait for something that is no task, or for a task that is not known, can go on.
    init(_ tasks: [LiveTask]) {
        let known = Set(tasks.map(\.id))
        for task in tasks {
            guard let target = task.waitsFor, target.kind == .task || target.kind == .group, !target.tasks.isEmpty,
                target.tasks.allSatisfy(known.contains)
            else { continue }
            waits[task.id] = target.tasks
        }
    }

    /// - Parameter waits: for each task that waits for tasks, those; all other tasks can go on.
    init(waits: [UInt64: [UInt64]]) { self.waits = waits.filter { !$0.value.isEmpty } }

    /// Cycles, each once, from its smallest id on, in the order in which its tasks wait for each other.
    ///
    /// A task that waits for a group goes on with the first child that ends, so it is stuck only when all of them are: first
    /// everything goes that can go on, or waits for one that can.
    func cycles() -> [[UInt64]] {
        var stuck = waits
        var waiters: [UInt64: [UInt64]] = [:]
        for (task, targets) in waits { for target in targets { waiters[target, default: []].append(task) } }
        var free = Array(Set(waits.values.joined()).filter { waits[$0] == nil })
        while let next = free.popLast() {
            for waiter in waiters[next] ?? [] where stuck.removeValue(forKey: waiter) != nil { free.append(waiter) }
        }
        var cycles: Set<[UInt64]> = []
        var seen: Set<UInt64> = []
        for task in stuck.keys.sorted() where !seen.contains(task) {
            var path: [UInt64] = []
            var place: [UInt64: Int] = [:]
            var at = task
            while place[at] == nil, !seen.contains(at), let next = stuck[at]?.min() {
                place[at] = path.count
                path.append(at)
                at = next
            }
            seen.formUnion(path)
            if let start = place[at] { cycles.insert(Self.rotated(Array(path[start...]))) }
        }
        return cycles.sorted { $0[0] < $1[0] }
    }

    private static func rotated(_ cycle: [UInt64]) -> [UInt64] {
        let start = cycle.indices.min { cycle[$0] < cycle[$1] } ?? 0
        return Array(cycle[start...] + cycle[..<start])
    }
}
