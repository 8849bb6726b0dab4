/// The outcomes of the last calls, a bounded number of them.
struct CallWindow {
    private let size: Int
    private var failed: [Bool] = []
    /// Where the oldest is, once the window is full.
    private var oldest = 0
    private(set) var failures = 0

    init(size: Int) { self.size = size }

    var calls: Int { failed.count }

    /// 0 to 1.
    var failureRate: Double { failed.isEmpty ? 0 : Double(failures) / Double(failed.count) }

    mutating func add(failed hasFailed: Bool) {
        if hasFailed { failures += 1 }
        guard failed.count == size else { return failed.append(hasFailed) }
        if failed[oldest] { failures -= 1 }
        failed[oldest] = hasFailed
        oldest = (oldest + 1) % size
    }

    mutating func clear() {
        failed.removeAll(keepingCapacity: true)
        (oldest, failures) = (0, 0)
    }
}
