import Glibc

/// What salvaging does with files and directories.
enum SalvageFiles {
    static func make(_ directory: String) throws(SagaLogError) {
        guard mkdir(directory, 0o750) == 0 else { throw .file(operation: "make", path: directory, code: errno) }
    }

    static func copy(_ path: String, to target: String) throws(SagaLogError) {
        var window = try FileWindow(path)
        let file = try OpenFile(target, O_WRONLY | O_CREAT | O_EXCL, operation: "make")
        var at = 0
        while at < window.size {
            let bytes = try window.bytes(at: at, atLeast: 1)
            guard bytes.count > 0 else { break }
            try file.write(bytes, at: at)
            at += bytes.count
        }
        try file.syncData()
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Of ours alone: files, and directories of files. What cannot be removed stays, under a name that says what it is.
    static func remove(_ directory: String) {
        for name in (try? OpenFile.names(in: directory)) ?? [] {
            let path = directory + "/" + name
            if unlink(path) != 0 { remove(path) }
        }
        rmdir(directory)
    }
}
