/// What the runtime knows of time: an injected clock, as nanoseconds since its own start.
///
/// Copies are the same clock: their readings can be compared.
package struct RuntimeClock: Sendable {
    private let source: any ClockSource

    /// Reads `clock` a first time: that is 0.
    package init(_ clock: some Clock<Duration>) { source = StartedClock(clock) }

    package init() { self.init(ContinuousClock()) }

    /// Nanoseconds since the first reading.
    package var now: UInt64 { source.now }

    /// Returns at once when `deadline` is over.
    /// - Throws: CancellationError when the task is cancelled, before or meanwhile.
    package func sleep(until deadline: UInt64) async throws {
        try Task.checkCancellation()
        while case let now = source.now, now < deadline {
            // Clocks reckon in signed 64 bits, and add their own time to it.
            try await source.sleep(until: now + min(deadline - now, Self.longestSleep))
        }
    }

    /// The instant that is `duration` from now: the end of time when that is later.
    package func instant(after duration: Duration) -> UInt64 { now.advancedOrMax(by: duration.inNanoseconds) }

    package func isSame(as other: RuntimeClock) -> Bool { source === other.source }

    /// 68 years, in ns.
    private static let longestSleep: UInt64 = 1_000_000_000 << 31
}

/// The clock without its type.
private protocol ClockSource: AnyObject, Sendable {
    var now: UInt64 { get }
    func sleep(until deadline: UInt64) async throws
}

private final class StartedClock<Source: Clock>: ClockSource where Source.Duration == Duration {
    private let clock: Source
    private let start: Source.Instant

    init(_ clock: Source) {
        self.clock = clock
        start = clock.now
    }

    var now: UInt64 { start.duration(to: clock.now).inNanoseconds }

    func sleep(until deadline: UInt64) async throws {
        try await clock.sleep(
            until: start.advanced(by: .nanoseconds(Int64(clamping: deadline))), tolerance: nil)
    }
}

extension Duration {
    /// Whole nanoseconds: 0 for what is negative, the greatest number for what is longer.
    package var inNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, isOver) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return isOver ? .max : whole.advancedOrMax(by: UInt64(attoseconds / 1_000_000_000))
    }
}

extension UInt64 {
    package func advancedOrMax(by amount: UInt64) -> UInt64 {
        let (sum, isOver) = addingReportingOverflow(amount)
        return isOver ? .max : sum
    }
}
