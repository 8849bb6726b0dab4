import CSagascope
import Tracing

/// The library's default clock is the wall clock; ours never runs backwards within a span. An instant that the caller made
/// is taken as it is.
func time<Instant: TracerInstant>(_ instant: () -> Instant) -> UInt64 {
    Instant.self == DefaultTracerClock.Timestamp.self ? sgs_unix_ns() : instant().nanosecondsSinceEpoch
}
