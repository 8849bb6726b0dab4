import OTLPExporter
import Sagascope

extension SagascopeConfiguration {
    /// Where spans and events go, for people.
    var destination: String {
        guard !isDisabled else { return "nowhere (OTEL_SDK_DISABLED=true)" }
        return switch export {
        case .http(let http): http.traces.url
        case .file(let file): file.path
        case .none: "nowhere (SAGASCOPE_FILE=none)"
        }
    }

    /// Whether what was exported can be read back from a file.
    var writesFile: Bool {
        if case .file = export { return !isDisabled }
        return false
    }
}
