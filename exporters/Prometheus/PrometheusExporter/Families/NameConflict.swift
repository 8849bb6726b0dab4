/// A metric that is not on the page, because its lines would have made the page invalid.
public struct NameConflict: Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// The OpenTelemetry name has no character that Prometheus accepts.
        case unnameable
        /// Another metric has the same Prometheus name and a different type.
        case typeDiffers(from: String)
        /// Another metric already writes samples of one of these names: a histogram `x` owns `x_bucket`, `x_sum` and `x_count`.
        case sampleNameTaken(by: String)
        /// The bounds of a histogram are not finite and strictly rising.
        case invalidBounds
    }

    /// The OpenTelemetry name of the metric that was left out.
    public let metric: String
    public let reason: Reason

    public var description: String {
        switch reason {
        case .unnameable:
            "metric \"\(metric)\" is not on the Prometheus page: no letter or digit of its name is ASCII; rename it"
        case .typeDiffers(let other):
            "metric \"\(metric)\" is not on the Prometheus page: \(other) has its name there with another type; rename one"
        case .sampleNameTaken(let other):
            "metric \"\(metric)\" is not on the Prometheus page: \(other) already has a sample of its name; rename one"
        case .invalidBounds:
            "metric \"\(metric)\" is not on the Prometheus page: its bounds are not finite and strictly rising"
        }
    }
}
