/// Which traces are recorded and passed on as sampled.
///
/// Decided where a trace begins and where it comes in from another process; spans below go with their parent, so that a
/// trace is never recorded in part within one process.
/// Source: https://opentelemetry.io/docs/specs/otel/trace/sdk/#built-in-samplers.
public indirect enum Sampler: Sendable, Hashable {
    case alwaysOn
    case alwaysOff
    /// A share of all traces, 0 to 1, by the trace id alone: the last 7 bytes, big-endian, have to reach
    /// (1 − ratio) · 2⁵⁶. Whoever keeps a smaller share keeps a subset of the same traces.
    case traceIDRatio(Double)
    /// A trace that comes in goes by its own flag, and one that begins here by `root`.
    case parentBased(
        root: Sampler, remoteParentSampled: Sampler = .alwaysOn, remoteParentNotSampled: Sampler = .alwaysOff)
}

extension Sampler {
    /// Where the parent of a span is.
    enum Parent: CaseIterable {
        case none
        case remoteSampled
        case remoteNotSampled
    }

    /// What every sampler comes down to: a trace is sampled when its randomness reaches this. 0 samples all, 2⁵⁶ none.
    func threshold(_ parent: Parent) -> UInt64 {
        switch self {
        case .alwaysOn: 0
        case .alwaysOff: Self.never
        case .traceIDRatio(let ratio): UInt64((1 - (ratio > 0 ? min(ratio, 1) : 0)) * Double(Self.never))
        case .parentBased(let root, let sampled, let notSampled):
            switch parent {
            case .none: root.threshold(parent)
            case .remoteSampled: sampled.threshold(parent)
            case .remoteNotSampled: notSampled.threshold(parent)
            }
        }
    }

    private static let never: UInt64 = 1 << 56

    /// The first ratio in it that is no share.
    var invalidRatio: Double? {
        switch self {
        case .alwaysOn, .alwaysOff: nil
        case .traceIDRatio(let ratio): (0...1).contains(ratio) ? nil : ratio
        case .parentBased(let root, let sampled, let notSampled):
            root.invalidRatio ?? sampled.invalidRatio ?? notSampled.invalidRatio
        }
    }
}
