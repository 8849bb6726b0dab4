/// Where and how much ``OTLPFileExporter`` writes.
public struct OTLPFileConfiguration: Sendable {
    /// One file for each signal, as the specification of the file exporter asks. The same path may stand twice.
    public var tracesPath: String
    public var logsPath: String
    public var metricsPath: String
    /// A file that would grow beyond this many bytes is rotated first. A line longer than that has a file to itself.
    public var maximumBytes: Int = 64 << 20
    /// How many rotated files (`path.1`, the newest, to `path.N`) are kept of each file; 0 starts over in place.
    public var keptFiles: Int = 4

    /// `traces.jsonl`, `logs.jsonl` and `metrics.jsonl` in a directory, which is made when it is missing.
    public init(directory: String) {
        let prefix = directory.hasSuffix("/") ? directory : directory + "/"
        self.init(
            tracesPath: prefix + "traces.jsonl", logsPath: prefix + "logs.jsonl", metricsPath: prefix + "metrics.jsonl")
    }

    public init(tracesPath: String, logsPath: String, metricsPath: String) {
        self.tracesPath = tracesPath
        self.logsPath = logsPath
        self.metricsPath = metricsPath
    }

    func path(of signal: OTLPSignal) -> String {
        switch signal {
        case .traces: tracesPath
        case .logs: logsPath
        case .metrics: metricsPath
        }
    }

    func validate() throws(OTLPConfigurationError) {
        for signal in OTLPSignal.allCases {
            let path = path(of: signal)
            guard !path.isEmpty, !path.hasSuffix("/"), !path.utf8.contains(0) else { throw .path(path) }
        }
        guard maximumBytes >= 1 else { throw .maximumBytes(maximumBytes) }
        guard (0...1000).contains(keptFiles) else { throw .keptFiles(keptFiles) }
    }
}
