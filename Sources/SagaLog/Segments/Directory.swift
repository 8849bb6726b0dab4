import Glibc

/// A directory's own contents: names that were made, changed or deleted are there after a crash only once it was synced.
enum Directory {
    static func sync(_ path: String) throws(SystemCallFailure) {
        let number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw SystemCallFailure(operation: "open", code: errno) }
        defer { close(number) }
        guard fsync(number) == 0 else { throw SystemCallFailure(operation: "fsync", code: errno) }
    }

    /// Makes it, and those above it that are missing.
    static func make(_ path: String) throws(SagaLogError) {
        guard mkdir(path, 0o755) != 0 else { return try syncParent(path) }
        switch errno {
        case EEXIST: return
        case ENOENT where path.contains("/"):
            try make(parent(path))
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw .file(operation: "make", path: path, code: errno)
            }
            try syncParent(path)
        default: throw .file(operation: "make", path: path, code: errno)
        }
    }

    static func names(_ path: String) throws(SagaLogError) -> [String] {
        guard let stream = opendir(path) else { throw .file(operation: "read", path: path, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func syncParent(_ path: String) throws(SagaLogError) {
        do { try sync(parent(path)) } catch { throw error.at(parent(path)) }
    }

    private static func parent(_ path: String) -> String {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
