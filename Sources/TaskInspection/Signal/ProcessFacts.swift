import Glibc

/// What the kernel tells of a process. Source: proc(5).
package struct ProcessFacts: Sendable {
    /// In clock ticks since the machine started: with the id it names a process for good, ids alone are used again.
    package let startTime: UInt64
    /// The effective user.
    package let user: uid_t
    private let caught: UInt64

    /// - Returns: nil when there is no such process.
    package init?(of process: pid_t) {
        guard let stat = Self.text(process, "stat"), let status = Self.text(process, "status") else { return nil }
        // The second field is the program's name in parentheses, which may itself have blanks and parentheses.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let startTime = UInt64(fields[19]) else { return nil }
        guard let users = Self.value("Uid", in: status)?.split(whereSeparator: \.isWhitespace), users.count > 1,
            let user = uid_t(users[1]), let caught = Self.value("SigCgt", in: status).flatMap({ UInt64($0, radix: 16) })
        else { return nil }
        self.startTime = startTime
        self.user = user
        self.caught = caught
    }

    /// Whether it has a handler for the signal, whose default action may be to end it.
    package func catches(_ signal: Int32) -> Bool { caught & (1 << UInt64(signal - 1)) != 0 }

    /// The variables it was started with; empty where they may not be read.
    package static func environment(of process: pid_t) -> [String: String] {
        var variables: [String: String] = [:]
        for variable in (text(process, "environ") ?? "").split(separator: "\0") {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        }
        return variables
    }

    private static func text(_ process: pid_t, _ file: String) -> String? {
        guard let descriptor = FileDescriptor(open("/proc/\(process)/\(file)", O_RDONLY | O_CLOEXEC)) else {
            return nil
        }
        return descriptor.readAll().map { String(decoding: $0, as: UTF8.self) }
    }

    private static func value(_ name: String, in status: String) -> Substring? {
        status.split(separator: "\n").first { $0.hasPrefix("\(name):\t") }?.dropFirst(name.count + 2)
    }
}
