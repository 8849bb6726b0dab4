import Synchronization

/// Tasks of every kind that come, wait and go on all sides, until they are told to stop.
package final class TaskStorm: Sendable {
    package static let name = "storm"

    private let count = Atomic<Int>(0)
    private let isOver = Atomic<Bool>(false)
    private let accounts = (0..<4).map { _ in Account() }

    package init() {}

    /// Creations, switches and ends so far.
    package var operations: Int { count.load(ordering: .relaxed) }

    package func stop() { isOver.store(true, ordering: .relaxed) }

    /// Returns when it was stopped, and all its tasks have ended.
    package func run(workers: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask(name: Self.name) { [self] in
                    var number = worker
                    while !isOver.load(ordering: .relaxed) {
                        await gust(number)
                        number += 1
                    }
                }
            }
        }
    }

    private func gust(_ number: Int) async {
        switch number % 8 {
        case 0: await yields()
        case 1: await sleeps(number)
        case 2: await gathers()
        case 3: await binds()
        case 4: await isCancelled()
        case 5: await hops(number)
        case 6: await detaches()
        default: await isResumed()
        }
    }

    private func done(_ operations: Int) { count.add(operations, ordering: .relaxed) }

    private func yields() async {
        for _ in 0..<40 { await Task.yield() }
        done(40)
    }

    private func sleeps(_ number: Int) async {
        try? await Task.sleep(for: .microseconds(number % 100))
        done(2)
    }

    private func gathers() async {
        await withTaskGroup(of: Int.self) { group in
            for number in 0..<12 {
                group.addTask(name: Self.name) {
                    if number % 3 == 0 { await Task.yield() }
                    return number
                }
            }
            for await number in group where number == 7 { group.cancelAll() }
        }
        done(40)
    }

    private func binds() async {
        async let first: Void = yields()
        async let second: Void = Task.yield()
        await first
        await second
        done(6)
    }

    private func isCancelled() async {
        let task = Task(name: Self.name, priority: .background) { try? await Task.sleep(for: .seconds(1000)) }
        await Task.yield()
        task.cancel()
        await task.value
        done(5)
    }

    private func hops(_ number: Int) async {
        for step in 0..<20 { await accounts[(number + step) % accounts.count].visit() }
        done(40)
    }

    private func detaches() async {
        let task = Task.detached(name: Self.name, priority: .high) {
            await Task.yield()
            return await Task(name: Self.name) { 1 }.value
        }
        _ = await task.value
        done(7)
    }

    private func isResumed() async {
        await withCheckedContinuation { continuation in
            Task.detached(name: Self.name) { continuation.resume() }
        }
        done(4)
    }

    private actor Account {
        private var visits = 0

        func visit() async {
            visits += 1
            if visits % 5 == 0 { await Task.yield() }
        }
    }
}
