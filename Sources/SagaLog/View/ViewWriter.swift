import Glibc

/// The process that a view was made by: its id, and what tells it from a later one with the same id.
public struct ViewWriter: Sendable, Hashable {
    public let process: Int32
    /// In clock ticks since the machine started.
    let startTime: UInt64
    /// The machine's run, as `/proc/sys/kernel/random/boot_id` names it; process ids and start times begin anew with each.
    let boot: [UInt64]
    /// The inode of the namespace that its id is one of.
    let namespace: UInt64

    /// Whether it still runs. nil when that cannot be told from here: its id is one of another pid namespace, or it is
    /// hidden from this user. The view's heartbeat is what there is then.
    public var isAlive: Bool? {
        guard isOfThisBoot else { return false }
        guard namespace == Self.ownNamespace else { return nil }
        if kill(process, 0) != 0, errno == ESRCH { return false }
        guard let facts = Self.facts(of: process) else { return kill(process, 0) != 0 && errno == ESRCH ? false : nil }
        return facts.startTime == startTime && facts.isRunning
    }

    /// Whether the machine has not been stopped since.
    var isOfThisBoot: Bool { boot == Self.bootOfMachine }
}

extension ViewWriter {
    /// This process.
    static var current: ViewWriter {
        let process = getpid()
        return ViewWriter(
            process: process, startTime: facts(of: process)?.startTime ?? 0, boot: bootOfMachine,
            namespace: ownNamespace)
    }

    /// Source: proc(5), the fields after the program's name, which may itself have blanks and parentheses.
    private static func facts(of process: Int32) -> (startTime: UInt64, isRunning: Bool)? {
        guard let stat = text("/proc/\(process)/stat"), let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let startTime = UInt64(fields[19]) else { return nil }
        return (startTime, fields[0] != "Z" && fields[0] != "X")
    }

    private static var bootOfMachine: [UInt64] {
        let digits = (text("/proc/sys/kernel/random/boot_id") ?? "").filter(\.isHexDigit)
        return [UInt64(digits.prefix(16), radix: 16) ?? 0, UInt64(digits.dropFirst(16), radix: 16) ?? 0]
    }

    private static var ownNamespace: UInt64 {
        var facts = stat()
        return stat("/proc/self/ns/pid", &facts) == 0 ? UInt64(facts.st_ino) : 0
    }

    private static func text(_ path: String) -> String? {
        guard let file = try? OpenFile(path, O_RDONLY) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        guard let count = bytes.withUnsafeMutableBytes({ try? file.read($0, at: 0) }), count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
