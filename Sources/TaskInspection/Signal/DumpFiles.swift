import Glibc

/// The two files of a process in a ``DumpDirectory``.
package enum DumpFiles {
    /// Says that the process may be sent the signal, which without a handler would end it.
    package static func marker(of process: pid_t) -> String { "\(process)\(markerSuffix)" }

    /// The dump that it wrote last, as JSON.
    package static func tasks(of process: pid_t) -> String { "\(process).tasks.json" }

    private static let markerSuffix = ".ready"

    /// The marker tells which of the processes that ever had this id wrote it.
    package static func markerText(startTime: UInt64) -> [UInt8] { Array("sagascope 1 \(startTime)\n".utf8) }

    /// Removes what processes left that were killed.
    static func sweep(_ directory: borrowing DumpDirectory) {
        for name in directory.names() where name.hasSuffix(markerSuffix) {
            guard let process = pid_t(name.dropLast(markerSuffix.count)), name == marker(of: process) else { continue }
            let facts = ProcessFacts(of: process)
            guard facts == nil || directory.read(name) != facts.map({ markerText(startTime: $0.startTime) }) else {
                continue
            }
            for name in [tasks(of: process), ".\(tasks(of: process)).new", ".\(name).new", name] {
                directory.remove(name)
            }
        }
    }
}
