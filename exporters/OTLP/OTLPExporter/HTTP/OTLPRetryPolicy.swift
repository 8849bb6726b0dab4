/// How often and how soon a request that failed for the moment is sent again.
///
/// The wait before retry n is a random part of `initialBackoff × multiplier^(n-1)`, at most `maximumBackoff` ("full
/// jitter": clients that failed together do not come back together). A `Retry-After` of the destination goes first. All
/// attempts and waits together stay within the export timeout.
///
/// The defaults are those that OpenTelemetry's SDKs share.
/// Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/#retry
public struct OTLPRetryPolicy: Sendable, Equatable {
    /// Attempts in all; 1 means no retry.
    public var maximumAttempts: Int
    public var initialBackoff: Duration
    public var maximumBackoff: Duration
    public var multiplier: Double

    public init(
        maximumAttempts: Int = 5, initialBackoff: Duration = .seconds(1), maximumBackoff: Duration = .seconds(5),
        multiplier: Double = 1.5
    ) {
        self.maximumAttempts = maximumAttempts
        self.initialBackoff = initialBackoff
        self.maximumBackoff = maximumBackoff
        self.multiplier = multiplier
    }

    /// Every failure is final.
    public static let never = OTLPRetryPolicy(maximumAttempts: 1)

    /// - Parameters:
    ///   - attempts: how many have failed, at least 1.
    ///   - jitter: from 0 up to 1.
    func backoff(after attempts: Int, jitter: Double) -> Duration {
        var longest = initialBackoff
        for _ in 1..<max(1, attempts) where longest < maximumBackoff { longest = longest * multiplier }
        return min(longest, maximumBackoff) * jitter
    }

    /// Whether the OTLP specification lets a client send a request again after this HTTP status.
    /// Source: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
    static func isRetryable(status: UInt) -> Bool { [429, 502, 503, 504].contains(status) }
}
