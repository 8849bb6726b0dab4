import Foundation

/// What a figure depends on most: processor and kernel.
enum Machine {
    static var description: String {
        let system = ProcessInfo.processInfo
        return "\(processor), \(system.activeProcessorCount) CPUs, \(system.operatingSystemVersionString)"
    }

    private static var processor: String {
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        return name ?? "unknown processor"
    }
}
