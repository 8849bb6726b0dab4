extension SettingForm<ResourceDetection> {
    /// `all` for the standard ones, by which command arguments are not meant.
    static let detectors = SettingForm(
        allowed: "none, or of all, \(ResourceDetection.names.map(\.key).joined(separator: ", ")), separated by commas",
        parse: { ResourceDetection($0) },
        text: { detection in
            if detection.isEmpty { return "none" }
            if detection == .standard { return "all" }
            return ResourceDetection.names.filter { detection.contains($0.value) }.map(\.key).joined(separator: ",")
        })
}
