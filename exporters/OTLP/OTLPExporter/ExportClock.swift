#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The times and the waiting that exporters need, in one place so that tests can stand in for them.
struct ExportClock: Sendable {
    /// Time passed since some fixed moment; never goes back.
    let now: @Sendable () -> Duration
    /// Waits; throws `CancellationError` as soon as the task is cancelled.
    let sleep: @Sendable (Duration) async throws -> Void
    /// Seconds since the Unix epoch.
    let unixTime: @Sendable () -> Int64

    static let system: ExportClock = {
        let clock = ContinuousClock()
        let start = clock.now
        return ExportClock(
            now: { start.duration(to: clock.now) },
            sleep: { try await clock.sleep(for: $0) },
            unixTime: { Int64(time(nil)) }
        )
    }()
}
