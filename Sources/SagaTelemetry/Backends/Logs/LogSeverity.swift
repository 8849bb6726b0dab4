import Logging

/// swift-log's levels as OTLP severities; the text is the level as the program knows it.
///
/// Source: OpenTelemetry logs data model, "Field: SeverityNumber": levels in the order of the source map to rising numbers,
/// `notice` lies between INFO and WARN, and `critical` is what the model calls FATAL.
extension Logger.Level {
    var severityNumber: UInt8 {
        switch self {
        case .trace: 1
        case .debug: 5
        case .info: 9
        case .notice: 10
        case .warning: 13
        case .error: 17
        case .critical: 21
        }
    }

    var severityText: StaticString {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }
}
