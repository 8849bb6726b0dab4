import Glibc

/// A directory of dumps of which the newest stay. A file appears whole or not at all, as
/// `sagascope-finding-<ms since 1970>-<process id>-<what it is of>.json`; it is for its owner alone, as payloads may be secrets.
struct DumpFiles: Sendable {
    let directory: String
    let kept: Int

    private static let prefix = "sagascope-finding-"

    /// - Parameter about: ASCII letters, digits, `_` and `-`.
    /// - Returns: the file's path.
    func write(_ bytes: [UInt8], milliseconds: UInt64, about: String) throws(DumpFileError) -> String {
        if mkdir(directory, 0o700) != 0, errno != EEXIST { throw DumpFileError("make", directory) }
        let name = "\(Self.prefix)\(milliseconds)-\(getpid())-\(about).json"
        let (path, partial) = ("\(directory)/\(name)", "\(directory)/.\(name).partial")
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw DumpFileError("open", partial) }
        var failure = Self.writeAll(bytes, to: descriptor) ? nil : DumpFileError("write", partial)
        if close(descriptor) != 0 { failure = failure ?? DumpFileError("close", partial) }
        if failure == nil, rename(partial, path) != 0 { failure = DumpFileError("rename to", path) }
        if let failure {
            unlink(partial)
            throw failure
        }
        deleteOldest()
        return path
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count > 0 {
                    written += count
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }

    /// Names sort by their time: it has 13 digits until the year 2286.
    private func deleteOldest() {
        guard let stream = opendir(directory) else { return }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // The name ends with a zero within the entry that readdir lends until the next call.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(Self.prefix), name.hasSuffix(".json") { names.append(name) }
        }
        for name in names.sorted().dropLast(kept) { unlink("\(directory)/\(name)") }
    }
}

/// Why a dump could not be written.
struct DumpFileError: Error, CustomStringConvertible {
    let operation: String
    let path: String
    let code: Int32

    init(_ operation: String, _ path: String) {
        code = errno
        self.operation = operation
        self.path = path
    }

    var description: String { "cannot \(operation) \(path): \(String(cString: strerror(code)))" }
}
