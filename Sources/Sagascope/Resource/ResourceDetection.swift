import SagaTelemetry

/// What is found out about where the program runs, for the resource of everything that it exports.
///
/// An attribute that cannot be found out is left out; looking for it is never an error. Attributes that were set, in code
/// or in the environment, stand before those that were found. Source: OpenTelemetry semantic conventions, "Resource".
public struct ResourceDetection: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `service.instance.id`: a random UUID for each process.
    public static let service = ResourceDetection(rawValue: 1 << 0)
    /// `host.name`, `host.arch`, and outside of containers `host.id` from `/etc/machine-id`.
    public static let host = ResourceDetection(rawValue: 1 << 1)
    /// `os.type`, and from `/etc/os-release` `os.name`, `os.version`, `os.description`.
    public static let operatingSystem = ResourceDetection(rawValue: 1 << 2)
    /// `process.pid`, `process.executable.name`, `process.executable.path`, `process.runtime.name`,
    /// `process.runtime.version`.
    public static let process = ResourceDetection(rawValue: 1 << 3)
    /// `container.id` from the process's cgroup or mounts.
    public static let container = ResourceDetection(rawValue: 1 << 4)
    /// `k8s.*` from the downward API: environment variables, or files in `/etc/podinfo`.
    public static let kubernetes = ResourceDetection(rawValue: 1 << 5)
    /// `process.command_args`. Not in ``standard``: arguments may hold secrets.
    public static let commandArguments = ResourceDetection(rawValue: 1 << 6)

    /// All but ``commandArguments``.
    public static let standard: ResourceDetection = [
        .service, .host, .operatingSystem, .process, .container, .kubernetes,
    ]

    /// The name of each detector, as settings give it.
    public static let names: KeyValuePairs<String, ResourceDetection> = [
        "service": .service, "host": .host, "os": .operatingSystem, "process": .process, "container": .container,
        "kubernetes": .kubernetes, "command_args": .commandArguments,
    ]

    /// A setting's text: names of detectors separated by commas, `all` for the standard ones, or `none`. nil when one of
    /// the names is no detector's.
    public init?(_ text: String) {
        self = []
        for word in text.split(separator: ",") {
            switch word.trimmingWhitespace() {
            case "none": continue
            case "all": formUnion(.standard)
            case let name:
                guard let detector = Self.names.first(where: { $0.key == name })?.value else { return nil }
                formUnion(detector)
            }
        }
    }

    /// What the detectors of this set find in `surroundings`.
    func attributes(in surroundings: Surroundings) -> [String: AttributeValue] {
        var found: [String: AttributeValue] = [:]
        func add(_ attributes: [String: AttributeValue]) { found.merge(attributes) { first, _ in first } }
        if contains(.service) { add(["service.instance.id": .string(surroundings.instanceID)]) }
        if contains(.host) { add(HostDetector.attributes(in: surroundings)) }
        if contains(.operatingSystem) { add(OperatingSystemDetector.attributes(in: surroundings)) }
        if contains(.process) { add(ProcessDetector.attributes(in: surroundings)) }
        if contains(.commandArguments) { add(ProcessDetector.arguments(in: surroundings)) }
        if contains(.container) { add(ContainerDetector.attributes(in: surroundings)) }
        if contains(.kubernetes) { add(KubernetesDetector.attributes(in: surroundings)) }
        return found
    }
}
