import SagaTelemetry

/// The machine. Source: semantic conventions, "Host".
enum HostDetector {
    static func attributes(in surroundings: Surroundings) -> [String: AttributeValue] {
        var found: [String: AttributeValue] = [:]
        if let name = surroundings.line("/proc/sys/kernel/hostname") { found["host.name"] = .string(name) }
        if let architecture { found["host.arch"] = .string(architecture) }
        // A container has the machine id of its image, or none: it says nothing about the host.
        if ContainerDetector.identifier(in: surroundings) == nil, let id = machineID(in: surroundings) {
            found["host.id"] = .string(id)
        }
        return found
    }

    /// 32 hexadecimal digits; `uninitialized` and other text is what images ship before their first start.
    private static func machineID(in surroundings: Surroundings) -> String? {
        ["/etc/machine-id", "/var/lib/dbus/machine-id"].lazy.compactMap { surroundings.line($0) }
            .first { $0.count == 32 && $0.allSatisfy(\.isHexDigit) }
    }

    /// What the program was built for.
    private static var architecture: String? {
        #if arch(x86_64)
        "amd64"
        #elseif arch(arm64)
        "arm64"
        #elseif arch(arm)
        "arm32"
        #elseif arch(s390x)
        "s390x"
        #elseif arch(powerpc64) || arch(powerpc64le)
        "ppc64"
        #elseif arch(i386)
        "x86"
        #else
        nil
        #endif
    }
}
