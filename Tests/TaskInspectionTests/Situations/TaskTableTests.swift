import CSagascope
import Synchronization
import TaskInspection
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The table itself, with tasks that do not exist, while no others come into it. Ids are beyond those of real tasks.
@Suite(.serialized)
struct TaskTableTests {
    private static let ids = Atomic<UInt64>(1 << 40)

    private static func newID() -> UInt64 { ids.add(1, ordering: .relaxed).oldValue }

    /// Threads that insert, find, move and remove tasks at random: nobody misses a task that is there, or finds one that is not.
    @Test func noTaskIsEverMissed() async throws {
        try await withTaskTracking(.off) {
            let before = fakes().count
            let faults = Faults()
            onThreads(8) { number in Self.churn(seed: UInt64(number), operations: 150_000, faults) }
            #expect(faults.all.isEmpty)
            #expect(fakes().count == before)
        }
    }

    /// At whatever times one looks: each task once for each age, when it has just reached it.
    @Test func aTaskIsNewlyBlockedAtEachAgeOnce() async throws {
        try await withTaskTracking(.off) {
            let (id, other, start) = (Self.newID(), Self.newID(), sgs_recording_ns() & ~15)
            for (id, state) in [(id, SGS_TASK_BLOCKED), (other, SGS_TASK_READY)] {
                try #require(sgs_tasks_insert(id, nil, 0, state, start) != nil)
            }
            defer { for id in [id, other] { if let task = sgs_tasks_find(id) { sgs_tasks_remove(task) } } }
            var (last, seen) = (start, [UInt64]())
            for age: UInt64 in [160, 992, 1008, 1600, 4992, 5008, 5024, 9600] {
                var crossing = sgs_crossing(now: start + age, since: start + age - last - 1, ages: (1000, 5000))
                last = start + age
                var (cursor, found) = (UInt64(0), [sgs_task](repeating: sgs_task(), count: 8))
                while case let count = sgs_tasks_newly_blocked(&cursor, &crossing, &found, 8), count > 0 {
                    #expect(!found.prefix(Int(count)).contains { $0.id == other })
                    if found.prefix(Int(count)).contains(where: { $0.id == id }) { seen.append(age) }
                }
            }
            #expect(seen == [1008, 5008])
        }
    }

    private static func churn(seed: UInt64, operations: Int, _ faults: Faults) {
        var random = SplitMix(state: seed)
        var live: [UInt64] = []
        var gone: [UInt64] = []
        for _ in 0..<operations {
            switch random.next() % 8 {
            case 0...2 where live.count < 3000:
                let id = newID()
                let now = sgs_recording_ns()
                guard let task = sgs_tasks_insert(id, nil, id &* 7, SGS_TASK_READY, now) else {
                    faults.add("no room for \(id)")
                    continue
                }
                task.pointee.scope = 0
                live.append(id)
            case 3...4 where !live.isEmpty:
                let id = live.remove(at: Int(random.next() % UInt64(live.count)))
                guard let task = find(id, faults) else { continue }
                sgs_tasks_remove(task)
                gone.append(id)
                if gone.count > 100 { gone.removeFirst() }
            case 5 where !gone.isEmpty:
                let id = gone[Int(random.next() % UInt64(gone.count))]
                if sgs_tasks_find(id) != nil { faults.add("\(id) is found after its end") }
            default:
                guard !live.isEmpty else { continue }
                if let task = find(live[Int(random.next() % UInt64(live.count))], faults) { move(task, &random) }
            }
        }
        for id in live { if let task = find(id, faults) { sgs_tasks_remove(task) } }
    }

    private static func find(_ id: UInt64, _ faults: Faults) -> UnsafeMutablePointer<sgs_task>? {
        guard let task = sgs_tasks_find(id) else {
            faults.add("\(id) is missed")
            return nil
        }
        if task.pointee.id != id || task.pointee.parent != id &* 7 { faults.add("\(id) is another's record") }
        return task
    }

    private static func move(_ task: UnsafeMutablePointer<sgs_task>, _ random: inout SplitMix) {
        var ready: UInt64 = 0
        switch sgs_word_state(sgs_task_word(task)) {
        case SGS_TASK_READY: _ = sgs_task_began(task, sgs_recording_ns(), &ready)
        default: sgs_task_enqueued(task, 0, sgs_recording_ns())
        }
    }

    /// Copies that are taken all the time show each task that is there throughout, once, with times that make up its life.
    @Test func copiesAreWhole() async throws {
        try await withTaskTracking(.off) {
            let faults = Faults()
            let kept = (0..<500).map { _ in Self.newID() }
            for id in kept { sgs_tasks_insert(id, nil, id &* 7, SGS_TASK_READY, sgs_recording_ns()) }
            let left = Atomic<Int>(3)
            onThreads(4) { number in
                if number > 0 {
                    Self.churn(seed: UInt64(number), operations: 50_000, faults)
                    left.subtract(1, ordering: .releasing)
                } else {
                    repeat { Self.check(kept, faults) } while left.load(ordering: .acquiring) > 0
                }
            }
            for id in kept { sgs_tasks_find(id).map { sgs_tasks_remove($0) } }
            #expect(faults.all.isEmpty)
        }
    }

    private static func check(_ kept: [UInt64], _ faults: Faults) {
        let records = TaskRecords().records.filter { $0.id >= 1 << 40 }
        let ids = records.map(\.id)
        let distinct = Set(ids)
        if !distinct.isSuperset(of: kept) { faults.add("a copy misses a task") }
        if distinct.count != ids.count { faults.add("a copy has a task twice") }
        for record in records {
            if record.parent != record.id &* 7 { faults.add("a copy of \(record.id) is another's") }
            // A transition that its thread does not go on with leaves a sum behind, but never one that is too great.
            let sum = record.ready + record.busy + record.blocked
            let life = sgs_word_since(record.word, record.created) &- record.created
            if Int64(bitPattern: sum &- life) > 2_000 + 100 * Int64(record.runs) {
                faults.add("\(sum) ns in a life of \(life)")
            }
        }
    }

    /// A thread that comes back from its run when the record is another task's, which may even run.
    @Test func aLateReturnChangesNothing() async throws {
        try await withTaskTracking(.off) {
            var ready: UInt64 = 0
            let first = try #require(sgs_tasks_insert(Self.newID(), nil, 0, SGS_TASK_READY, 1_000_000))
            let id = first.pointee.id
            let run = sgs_task_began(first, 2_000_000, &ready)
            #expect(ready == 1_000_000)
            sgs_task_enqueued(first, 0, 3_000_000)
            #expect(sgs_task_returned(first, id, run, 3_500_000) == 0)
            #expect(sgs_word_state(sgs_task_word(first)) == SGS_TASK_READY)
            sgs_task_began(first, 4_000_000, &ready)
            sgs_task_ended(first, 5_000_000)
            #expect(first.pointee.busy == 2_000_000 && first.pointee.ready == 2_000_000)
            sgs_tasks_remove(first)
            let second = try Self.reuse(first, shardOf: id)
            defer { sgs_tasks_remove(second) }
            let secondRun = sgs_task_began(second, 7_000_000, &ready)
            let before = second.pointee
            #expect(sgs_task_returned(second, id, run, 8_000_000) == 0)
            #expect(second.pointee.word == before.word && second.pointee.busy == before.busy)
            #expect(sgs_task_returned(second, second.pointee.id, secondRun, 8_000_000) == 1)
            #expect(sgs_task_busy(second, sgs_task_word(second), 8_000_000) == 1_000_000)
        }
    }

    /// A task that got the record of one that is gone.
    private static func reuse(
        _ record: UnsafeMutablePointer<sgs_task>, shardOf id: UInt64
    ) throws -> UnsafeMutablePointer<sgs_task> {
        var others: [UnsafeMutablePointer<sgs_task>] = []
        defer { for other in others { sgs_tasks_remove(other) } }
        while true {
            let next = newID()
            // Shards are chosen by the lowest bits.
            guard next % 64 == id % 64 else { continue }
            guard let task = sgs_tasks_insert(next, nil, 0, SGS_TASK_READY, 6_000_000) else { throw NoRoom() }
            if task == record { return task }
            others.append(task)
        }
    }

    /// All times of a task make up its life, in whatever order its states follow each other.
    @Test(arguments: 0..<20)
    func timesMakeUpTheLife(seed: UInt64) async throws {
        try await withTaskTracking(.off) {
            var random = SplitMix(state: seed)
            var now: UInt64 = 1 << 30
            let initial = [SGS_TASK_READY, SGS_TASK_RUNNING, SGS_TASK_BLOCKED][Int(random.next() % 3)]
            let task = try #require(sgs_tasks_insert(Self.newID(), nil, 0, initial, now))
            defer { sgs_tasks_remove(task) }
            let id = task.pointee.id
            var sums: [UInt32: UInt64] = [:]
            for _ in 0..<200 {
                let pause = random.next() % 1_000_000 / 16 * 16
                let state = sgs_word_state(sgs_task_word(task))
                sums[state.rawValue, default: 0] += pause
                now += pause
                var ready: UInt64 = 0
                switch (state, random.next() % 2) {
                case (SGS_TASK_READY, _), (SGS_TASK_BLOCKED, 0): sgs_task_began(task, now, &ready)
                case (SGS_TASK_RUNNING, 0): sgs_task_returned(task, id, sgs_task_word(task), now)
                default: sgs_task_enqueued(task, 0, now)
                }
                let record = try #require(TaskRecords().records.first { $0.id == id })
                #expect(record.ready == sums[SGS_TASK_READY.rawValue] ?? 0)
                #expect(record.busy == sums[SGS_TASK_RUNNING.rawValue] ?? 0)
                #expect(record.blocked == sums[SGS_TASK_BLOCKED.rawValue] ?? 0)
            }
        }
    }

    @Test func beyondTheLimitTasksAreCounted() async throws {
        try await withTaskTracking(.off) {
            defer { sgs_tasks_set_limit(1 << 20) }
            let refused = sgs_tasks_refused()
            sgs_tasks_set_limit(sgs_tasks_live() + 100)
            let ids = (0..<200).map { _ in Self.newID() }
            let kept = ids.filter { sgs_tasks_insert($0, nil, 0, SGS_TASK_READY, sgs_recording_ns()) != nil }
            // Tasks of other tests may have ended meanwhile, and none can have come.
            #expect(kept.count >= 100 && kept.count < 200)
            #expect(sgs_tasks_refused() - refused == UInt64(ids.count - kept.count))
            #expect(TaskInspector.dump().untracked == sgs_tasks_refused())
            for id in ids.filter({ !kept.contains($0) }) { #expect(sgs_tasks_find(id) == nil) }
            for id in kept { sgs_tasks_find(id).map { sgs_tasks_remove($0) } }
            #expect(kept.allSatisfy { sgs_tasks_find($0) == nil })
            // As before, when there is room again.
            let task = try #require(sgs_tasks_insert(Self.newID(), nil, 0, SGS_TASK_READY, sgs_recording_ns()))
            sgs_tasks_remove(task)
        }
    }

    private func fakes() -> [sgs_task] { TaskRecords().records.filter { $0.id >= 1 << 40 } }

    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let threads = (0..<count).map { number in OwnThread { body(number) } }
        for thread in threads { thread.join() }
    }
}

/// What concurrent checks found wrong: the first few.
private final class Faults: Sendable {
    private let found = Mutex<[String]>([])

    var all: [String] { found.withLock { $0 } }

    func add(_ fault: String) { found.withLock { if $0.count < 10 { $0.append(fault) } } }
}

private struct NoRoom: Error {}
