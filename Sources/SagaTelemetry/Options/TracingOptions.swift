import CSagascope
import Synchronization

/// How spans are sampled, bounded and passed on.
///
/// ```swift
/// var options = TracingOptions()
/// options.sampler = .parentBased(root: .traceIDRatio(0.01))
/// try options.validate()
/// TracingOptions.current = options
/// ```
/// `Sagascope.bootstrap()` sets ``current`` from its configuration; recording reads it without a lock.
public struct TracingOptions: Sendable, Hashable {
    public var sampler = Sampler.parentBased(root: .alwaysOn)
    public var limits = SpanLimits()
    /// Each is injected; of several that find a trace in a request's headers the last one stands.
    public var propagators: [Propagator] = [.traceContext, .baggage]
    /// Whether a saga run that is not sampled is exported all the same when it does not succeed. Its spans are kept in
    /// memory, within bounds, until it ends.
    public var keepsFailedRuns = true

    public init() {}

    /// What recording goes by from now on. Spans that are open keep the limits they began with.
    public static var current: TracingOptions {
        get { installed.withLock { $0 } }
        set {
            installed.withLock { options in
                options = newValue
                var settings = newValue.settings
                sgs_configure_tracing(&settings)
            }
        }
    }

    private static let installed = Mutex(standard())

    /// A call that stays one: out of constants the optimizer of Swift 6.3.1 makes a static mutex of zeros.
    @inline(never) private static func standard() -> TracingOptions { TracingOptions() }

    /// Throws when a value cannot be meant. Without this call a ratio is taken as the nearer of 0 and 1, and a limit as the
    /// nearer of 0 and 65,535.
    public func validate() throws(TracingOptionsError) {
        if let ratio = sampler.invalidRatio { throw .ratio(ratio) }
        for (name, value) in limits.counts where !SpanLimits.allowed.contains(value) {
            throw .limit(name: name, value: value)
        }
        if let length = limits.attributeValueLength, length < 0 {
            throw .length(length)
        }
    }

    private var settings: sgs_tracing_settings {
        var settings = sgs_tracing_settings()
        settings.root_threshold = sampler.threshold(.none)
        settings.remote_sampled_threshold = sampler.threshold(.remoteSampled)
        settings.remote_unsampled_threshold = sampler.threshold(.remoteNotSampled)
        settings.value_length = limits.attributeValueLength.map { UInt32(clamping: $0) } ?? .max
        settings.attributes = UInt16(clamping: limits.attributes)
        settings.events = UInt16(clamping: limits.events)
        settings.links = UInt16(clamping: limits.links)
        settings.event_attributes = UInt16(clamping: limits.attributesPerEvent)
        settings.link_attributes = UInt16(clamping: limits.attributesPerLink)
        settings.keeps_failed_runs = keepsFailedRuns ? 1 : 0
        settings.propagators = propagators.reduce(0) { $0 | $1.bit }
        return settings
    }
}

/// A value of ``TracingOptions`` that cannot be meant.
public enum TracingOptionsError: Error, Hashable, CustomStringConvertible {
    case ratio(Double)
    case limit(name: String, value: Int)
    case length(Int)

    public var description: String {
        switch self {
        case .ratio(let value): "sampler: \(value) is no share of traces; give a number from 0 to 1"
        case .limit(let name, let value):
            "limits.\(name): \(value) cannot be a limit; give a number from 0 to \(SpanLimits.allowed.upperBound)"
        case .length(let value):
            "limits.attributeValueLength: \(value) is no length; give 0 or more, or nil for no limit"
        }
    }
}
