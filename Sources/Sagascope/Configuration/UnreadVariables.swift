/// Variables of the OpenTelemetry specification that ``Setting`` does not know, and what holds instead.
///
/// Bootstrap warns of each that is set; the reference page lists them all.
///
/// Source: OpenTelemetry specification, "Environment Variable Specification" and "OpenTelemetry Protocol Exporter". A test
/// makes sure that none of them is a setting by now.
public enum UnreadVariables {
    public struct Group: Sendable {
        /// As a shell would expand them: `OTEL_{A,B}_C`.
        public let patterns: [String]
        public let instead: String

        init(_ patterns: String..., instead: String) {
            self.patterns = patterns
            self.instead = instead
        }

        /// Every name that the patterns stand for.
        public var names: [String] { patterns.flatMap(Self.expand) }

        private static func expand(_ pattern: String) -> [String] {
            guard let open = pattern.firstIndex(of: "{"), let close = pattern[open...].firstIndex(of: "}") else {
                return [pattern]
            }
            let head = String(pattern[..<open])
            let tail = String(pattern[pattern.index(after: close)...])
            let choices = pattern[pattern.index(after: open)..<close].split(separator: ",")
            return choices.flatMap { expand(head + String($0) + tail) }
        }
    }

    public static let groups = [
        Group(
            "OTEL_{TRACES,LOGS,METRICS}_EXPORTER",
            instead: "The endpoint decides: OTLP with one, a file without, nothing with `SAGASCOPE_FILE=none`."),
        Group(
            "OTEL_EXPORTER_OTLP_INSECURE", "OTEL_EXPORTER_OTLP_{TRACES,LOGS,METRICS}_INSECURE",
            instead: "They are for gRPC, which this version does not speak. The URL's scheme decides."),
        Group(
            "OTEL_LOGRECORD_ATTRIBUTE_{COUNT,VALUE_LENGTH}_LIMIT",
            instead:
                "Always 128 attributes and 64 KiB an event: events of sagas have few attributes, of known sizes, and a log's metadata is the program's own. What does not fit is left out, and counted in the event."
        ),
        Group("OTEL_LOG_LEVEL", instead: "The level of the program's own swift-log backend, label `sagascope`."),
        Group(
            "OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE",
            instead:
                "They name a file in OpenTelemetry's own model, which would replace every variable. `SAGASCOPE_CONFIG_FILE` names a file with the settings of this page, beneath the variables."
        ),
        Group("OTEL_EXPORTER_ZIPKIN_{ENDPOINT,TIMEOUT,PROTOCOL}", instead: "No Zipkin exporter."),
    ]
}
