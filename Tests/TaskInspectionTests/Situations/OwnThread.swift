import Foundation

/// A thread that is not one of the pool's.
final class OwnThread: Sendable {
    private let ended = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () -> Void) {
        Thread { [ended] in
            body()
            ended.signal()
        }.start()
    }

    /// Waits for its end, once.
    func join() { ended.wait() }
}
