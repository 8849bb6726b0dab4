/// The three kinds of telemetry that OTLP carries.
public enum OTLPSignal: String, Sendable, Hashable, CaseIterable {
    case traces, logs, metrics
}
