import SagaTelemetry

/// The resource as the gauge `target_info`, rendered again only when the resource is another one.
struct TargetInfo {
    static let name = "target_info"

    private var resource: Resource?
    private var rendered: [UInt8] = []

    /// Nothing for an empty resource.
    mutating func text(of current: Resource) -> [UInt8] {
        if current != resource {
            resource = current
            rendered = Self.render(current)
        }
        return rendered
    }

    private static func render(_ resource: Resource) -> [UInt8] {
        let labels = Labels(resource.attributes).text()
        guard !labels.isEmpty else { return [] }
        var text: [UInt8] = []
        text += "# HELP \(name) Attributes of the entity that produces these metrics.\n".utf8
        text += "# TYPE \(name) gauge\n\(name){".utf8
        text += labels
        text += "} 1\n".utf8
        return text
    }
}
