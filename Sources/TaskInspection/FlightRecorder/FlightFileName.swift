internal import CSagascope

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The name of a recording's file: from it alone one tells whose it is and how old.
struct FlightFileName: Equatable {
    var process: Int32
    /// Since the Unix epoch.
    var milliseconds: UInt64
    var reason: String

    private static let prefix = "sagascope-flight-"
    private static let suffix = ".perfetto-trace"
    private static let partialSuffix = ".partial"
    private static let longestReason = 64

    init(process: Int32, milliseconds: UInt64, reason: String) {
        self.process = process
        self.milliseconds = milliseconds
        let plain = reason.unicodeScalars.prefix(Self.longestReason).map { Self.isPlain($0) ? Character($0) : "-" }
        self.reason = plain.isEmpty ? "demand" : String(plain)
    }

    /// nil for a file that is not ours.
    init?(parsing text: String) {
        guard text.hasPrefix(Self.prefix), text.hasSuffix(Self.suffix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)
            .split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let process = Int32(parts[0]), let milliseconds = UInt64(parts[1]) else { return nil }
        self.init(process: process, milliseconds: milliseconds, reason: String(parts[2]))
        guard self.text == text else { return nil }
    }

    var text: String { "\(Self.prefix)\(process)-\(milliseconds)-\(reason)\(Self.suffix)" }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-": true
        default: false
        }
    }

    /// Deletes the oldest of ours, whichever process wrote them. What cannot be deleted stays: the next write tries again.
    static func deleteOldest(in directory: String, keeping kept: Int) {
        let names = files(in: directory)
        let ours = names.compactMap(FlightFileName.init(parsing:))
            .sorted { ($0.milliseconds, $0.process, $0.reason) < ($1.milliseconds, $1.process, $1.reason) }
        for name in ours.dropLast(kept) { unlink("\(directory)/\(name.text)") }
        for name in names where isPartial(name) { deleteIfAbandoned("\(directory)/\(name)") }
    }

    // MARK: Files that are being written

    static func partial(_ process: Int32, _ unique: UInt64) -> String {
        ".\(prefix)\(process)-\(unique)\(partialSuffix)"
    }

    private static func isPartial(_ name: String) -> Bool {
        name.hasPrefix("." + prefix) && name.hasSuffix(partialSuffix)
    }

    /// Left by a process that died while it wrote: nobody writes for an hour.
    private static func deleteIfAbandoned(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mtim.tv_sec < time(nil) - 3600 else { return }
        unlink(path)
    }

    private static func files(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // The name may be longer than its declared array, and lives until the next readdir.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            names.append(String(cString: name))
        }
        return names
    }
}
