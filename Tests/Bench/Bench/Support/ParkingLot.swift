import Synchronization

/// Where tasks are blocked until it opens.
final class ParkingLot: Sendable {
    private let parked = Mutex<[UnsafeContinuation<Void, Never>]>([])

    private var count: Int { parked.withLock { $0.count } }

    /// Returns when so many more tasks are parked.
    func fill(_ more: Int) async {
        let count = self.count + more
        for _ in 0..<more { Task.detached { [self] in await park() } }
        while self.count < count { await Task.yield() }
    }

    private func park() async {
        await withUnsafeContinuation { continuation in parked.withLock { $0.append(continuation) } }
    }

    func open() { for task in parked.withLock({ $0 }) { task.resume() } }
}
