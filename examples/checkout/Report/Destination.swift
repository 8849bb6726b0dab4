import Sagascope

extension SagascopeService {
    /// Where spans and events go, for people.
    var destinationText: String { destination ?? "nowhere: nothing is exported" }
}

extension SagascopeConfiguration {
    /// Whether what was exported can be read back from a file.
    var writesFile: Bool {
        if case .file = export { return !isDisabled }
        return false
    }
}
