/// Those who wait, by saga, and whose turn it is.
struct WaitingRuns<Waiter> {
    /// Those of one saga.
    private struct Line {
        var waiters = LinkedSlots<UInt64>()
        /// Of the saga among those who take turns.
        var turn: Int
    }

    private struct Waiting {
        let waiter: Waiter
        let saga: String
        let place: Int
    }

    private var waiting: [UInt64: Waiting] = [:]
    /// Of the sagas of which somebody waits.
    private var lines: [String: Line] = [:]
    private var turns = LinkedSlots<String>()

    var count: Int { waiting.count }

    mutating func add(_ waiter: Waiter, id: UInt64, saga: String) {
        if lines[saga] == nil { lines[saga] = Line(turn: turns.append(saga)) }
        // In its place: a line that is copied out takes as long as it is.
        guard let place = lines[saga]?.waiters.append(id) else { return }
        waiting[id] = Waiting(waiter: waiter, saga: saga, place: place)
    }

    mutating func remove(_ id: UInt64) -> Waiter? {
        guard let found = waiting.removeValue(forKey: id) else { return nil }
        lines[found.saga]?.waiters.remove(at: found.place)
        if let line = lines[found.saga], line.waiters.isEmpty {
            turns.remove(at: line.turn)
            lines[found.saga] = nil
        }
        return found.waiter
    }

    /// Takes the first of the saga whose turn it is, which comes behind the others then.
    mutating func next() -> Waiter? {
        guard let saga = turns.popFirst(), let id = lines[saga]?.waiters.popFirst() else { return nil }
        if lines[saga]?.waiters.isEmpty ?? true {
            lines[saga] = nil
        } else {
            lines[saga]?.turn = turns.append(saga)
        }
        return waiting.removeValue(forKey: id)?.waiter
    }

    /// Takes all, in the order of their coming.
    mutating func removeAll() -> [Waiter] {
        defer { self = WaitingRuns() }
        return waiting.sorted { $0.key < $1.key }.map(\.value.waiter)
    }
}
