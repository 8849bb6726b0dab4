import Glibc

/// The log's own directory.
enum Directory {
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

    private static func syncParent(_ path: String) throws(SagaLogError) {
        try OpenFile.syncDirectory(parent(path))
    }

    private static func parent(_ path: String) -> String {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
