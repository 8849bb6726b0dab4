public import SagaInstrumentation

/// By when the code that runs here shall be done. Inherited by child tasks and by `Task {}`.
///
/// ```swift
/// request.timeout = SagaDeadline.current?.remaining ?? .seconds(30)
/// ```
public struct SagaDeadline: Sendable {
    @TaskLocal public static var current: SagaDeadline?

    /// Nanoseconds since the clock's start.
    package let instant: UInt64
    private let clock: RuntimeClock

    /// A deadline inside of another one is never later than that one.
    package init(_ instant: UInt64, clock: RuntimeClock) {
        self.clock = clock
        guard let outer = Self.current else {
            self.instant = instant
            return
        }
        self.instant = min(instant, outer.instant(on: clock))
    }

    private func instant(on other: RuntimeClock) -> UInt64 {
        clock.isSame(as: other) ? instant : other.instant(after: remaining)
    }

    /// Zero when it is over.
    public var remaining: Duration {
        let now = clock.now
        return now < instant ? .nanoseconds(Int64(clamping: instant - now)) : .zero
    }

    public var isOver: Bool { clock.now >= instant }
}

/// The time for a step, or for a run, is over.
public struct DeadlineExceeded: SagaError, Hashable, CustomStringConvertible {
    public init() {}

    public var sagaResult: SagaResult { .timeout }
    public var errorType: String { "deadline" }
    public var description: String {
        "the deadline has passed: give it more time, or let it look at SagaDeadline.current and ask for less"
    }
}
