internal import CSagascope

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The name of a file: from it alone one tells whose it is and how old. Files that belong together differ only in their kind.
struct FlightFileName: Equatable {
    /// What is in a file. Raw values are the ends of names.
    enum Kind: String, CaseIterable {
        case trace = ".perfetto-trace"
        case tasks = ".tasks.json"
    }

    var process: Int32
    /// Since the Unix epoch.
    var milliseconds: UInt64
    var reason: String
    var kind: Kind

    private static let prefix = "sagascope-flight-"
    private static let partialSuffix = ".partial"
    private static let longestReason = 64

    init(process: Int32, milliseconds: UInt64, reason: String, kind: Kind = .trace) {
        self.process = process
        self.milliseconds = milliseconds
        self.kind = kind
        let plain = reason.unicodeScalars.prefix(Self.longestReason).map { Self.isPlain($0) ? Character($0) : "-" }
        self.reason = plain.isEmpty ? "demand" : String(plain)
    }

    /// nil for a file that is not ours.
    init?(parsing text: String) {
        guard text.hasPrefix(Self.prefix), let kind = Kind.allCases.first(where: { text.hasSuffix($0.rawValue) }) else {
            return nil
        }
        let parts = text.dropFirst(Self.prefix.count).dropLast(kind.rawValue.count)
            .split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let process = Int32(parts[0]), let milliseconds = UInt64(parts[1]) else { return nil }
        self.init(process: process, milliseconds: milliseconds, reason: String(parts[2]), kind: kind)
        guard self.text == text else { return nil }
    }

    var text: String { "\(Self.prefix)\(process)-\(milliseconds)-\(reason)\(kind.rawValue)" }

    func of(_ kind: Kind) -> FlightFileName {
        var name = self
        name.kind = kind
        return name
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-": true
        default: false
        }
    }

    /// Deletes the oldest of ours of each kind, whichever process wrote them. What cannot be deleted stays: the next write tries again.
    static func deleteOldest(in directory: String, keeping kept: Int) {
        let names = files(in: directory)
        let ours = names.compactMap(FlightFileName.init(parsing:))
            .sorted { ($0.milliseconds, $0.process, $0.reason) < ($1.milliseconds, $1.process, $1.reason) }
        for kind in Kind.allCases {
            for name in ours.filter({ $0.kind == kind }).dropLast(kept) { unlink("\(directory)/\(name.text)") }
        }
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
