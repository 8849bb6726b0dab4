/// A setting that no exporter can work with. The text names the setting, what is wrong and what is expected; it never
/// holds a header's value.
public enum OTLPConfigurationError: Error, Equatable, CustomStringConvertible {
    case endpoint(OTLPSignal, url: String)
    case headerName(OTLPSignal, name: String)
    case headerValue(OTLPSignal, name: String)
    case timeout(Duration)
    case attempts(Int)
    case tlsFile(OTLPSignal, path: String, reason: String)
    case path(String)
    case maximumBytes(Int)
    case keptFiles(Int)

    public var description: String {
        switch self {
        case .endpoint(let signal, let url):
            "OTLP endpoint for \(signal): '\(url)' is not an http or https URL; expected http://host:4318/v1/\(signal)"
        case .headerName(let signal, let name):
            "OTLP headers for \(signal): '\(name)' is not a header name; letters, digits and - are allowed"
        case .headerValue(let signal, let name):
            "OTLP headers for \(signal): the value of '\(name)' holds a line break or another control character"
        case .timeout(let timeout):
            "OTLP timeout: \(timeout) is not more than zero"
        case .attempts(let attempts):
            "OTLP retry: \(attempts) attempts; at least 1 is needed"
        case .tlsFile(let signal, let path, let reason):
            "OTLP certificates for \(signal): '\(path)' \(reason)"
        case .path(let path):
            "OTLP file: '\(path)' is not a path"
        case .maximumBytes(let bytes):
            "OTLP file: a limit of \(bytes) bytes; at least 1 is needed"
        case .keptFiles(let count):
            "OTLP file: \(count) rotated files to keep; expected 0 to 1000"
        }
    }
}
