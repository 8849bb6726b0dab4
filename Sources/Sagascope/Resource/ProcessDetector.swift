import SagaTelemetry

/// The program. Source: semantic conventions, "Process and process runtime".
enum ProcessDetector {
    static func attributes(in surroundings: Surroundings) -> [String: AttributeValue] {
        var found: [String: AttributeValue] = [
            "process.pid": .int(Int64(surroundings.processID)),
            "process.runtime.name": "swift",
            "process.runtime.version": .string(runtimeVersion),
        ]
        if var path = surroundings.executablePath {
            // As the kernel writes it when the file was replaced since the program began: a deployment.
            if path.hasSuffix(" (deleted)") { path.removeLast(10) }
            found["process.executable.path"] = .string(path)
            found["process.executable.name"] = path.split(separator: "/").last.map { .string(String($0)) }
        }
        return found
    }

    static func arguments(in surroundings: Surroundings) -> [String: AttributeValue] {
        ["process.command_args": .array(surroundings.arguments.map { .string($0) })]
    }

    /// That of the compiler: a running program cannot ask its runtime.
    private static var runtimeVersion: String {
        #if compiler(>=6.5)
        "6.5 or later"
        #elseif compiler(>=6.4)
        "6.4"
        #elseif compiler(>=6.3)
        "6.3"
        #else
        "6.2"
        #endif
    }
}
