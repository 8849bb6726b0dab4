import Glibc

/// The folder in which the processes of one user leave their dumps, for `sagascope tasks --pid` of the same user.
///
/// `/tmp` is everybody's: somebody else may have made the folder first, or a link in its place, to read dumps or to have files
/// overwritten. So it must be a folder of the user's own that nobody else may open, and files in it are reached through
/// its descriptor, never through the path again.
package struct DumpDirectory: ~Copyable {
    package let path: String
    private let folder: FileDescriptor
    private let owner: uid_t

    /// `SAGASCOPE_DUMP_DIRECTORY`, or `sagascope-<user>` in `TMPDIR` or `/tmp`.
    package static func path(environment: [String: String], user: uid_t) -> String {
        if let path = environment["SAGASCOPE_DUMP_DIRECTORY"], !path.isEmpty { return path }
        let temporary = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        return "\(temporary)/sagascope-\(user)"
    }

    /// - Parameters:
    ///   - owner: to whom it must belong.
    ///   - isCreated: make it when it is not there.
    package init(path: String, owner: uid_t, isCreated: Bool) throws(DumpDirectoryError) {
        if isCreated, mkdir(path, 0o700) != 0, errno != EEXIST { throw .system(path, doing: "made", code: errno) }
        guard let folder = FileDescriptor(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) else {
            // What stands there is a link, or no folder at all.
            if errno == ELOOP || errno == ENOTDIR { throw .unsafe(path, reason: "it is a link or a file") }
            throw .system(path, doing: "opened", code: errno)
        }
        var status = stat()
        guard fstat(folder.number, &status) == 0 else { throw .system(path, doing: "examined", code: errno) }
        guard status.st_uid == owner else { throw .unsafe(path, reason: "it belongs to user \(status.st_uid)") }
        guard status.st_mode & 0o077 == 0 else { throw .unsafe(path, reason: "others may open it") }
        self.path = path
        self.owner = owner
        self.folder = folder
    }

    /// Replaces the file at once: who reads sees the old one or the new one.
    package func write(_ bytes: [UInt8], to name: String) throws(DumpDirectoryError) {
        let temporary = ".\(name).new"
        // One that a process left behind which was killed while it wrote.
        unlinkat(folder.number, temporary, 0)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        guard let file = FileDescriptor(openat(folder.number, temporary, flags, 0o600)) else {
            throw .system("\(path)/\(name)", doing: "made", code: errno)
        }
        guard file.writeAll(bytes), renameat(folder.number, temporary, folder.number, name) == 0 else {
            let code = errno
            unlinkat(folder.number, temporary, 0)
            throw .system("\(path)/\(name)", doing: "written", code: code)
        }
    }

    /// - Returns: nil when there is no such file of the owner's.
    package func read(_ name: String) -> [UInt8]? {
        guard let file = FileDescriptor(openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)) else {
            return nil
        }
        var status = stat()
        guard fstat(file.number, &status) == 0, status.st_uid == owner, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return file.readAll()
    }

    package func remove(_ name: String) { unlinkat(folder.number, name, 0) }

    /// The names of everything in it.
    package func names() -> [String] {
        // `closedir` closes the descriptor that it is given.
        guard let stream = fdopendir(openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // The name ends with a zero within the entry that readdir lends until the next call.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

/// Why dumps cannot be left or fetched in a folder.
package enum DumpDirectoryError: Error, Equatable, CustomStringConvertible {
    /// Somebody else could read or swap what is in it.
    case unsafe(String, reason: String)
    case system(String, doing: String, code: Int32)

    package var description: String {
        switch self {
        case .unsafe(let path, let reason):
            "\(path) is not safe for dumps: \(reason). Remove it, or name another folder with SAGASCOPE_DUMP_DIRECTORY."
        case .system(let path, let doing, let code):
            "\(path) cannot be \(doing): \(String(cString: strerror(code))). SAGASCOPE_DUMP_DIRECTORY names another folder."
        }
    }

    /// There is no such folder.
    package var isMissing: Bool {
        if case .system(_, _, ENOENT) = self { true } else { false }
    }
}
