import Glibc

/// An open file, closed when it goes out of scope. What the system refuses is an error that names the file.
struct OpenFile: ~Copyable {
    let number: Int32
    let path: String

    /// - Parameter flags: of open(2), beside `O_CLOEXEC`. A file that this makes is readable for owner and group.
    init(_ path: String, _ flags: Int32, operation: String = "open", mode: mode_t = 0o640) throws(SagaLogError) {
        var answer: Int32
        repeat { answer = open(path, flags | O_CLOEXEC, mode) } while answer < 0 && errno == EINTR
        guard answer >= 0 else { throw .file(operation: operation, path: path, code: errno) }
        (number, self.path) = (answer, path)
    }

    deinit { close(number) }

    /// Bytes of a regular file. A directory or a device has none that could be read here.
    func size() throws(SagaLogError) -> Int {
        var facts = stat()
        guard fstat(number, &facts) == 0 else { throw .file(operation: "examine", path: path, code: errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw .file(operation: "read", path: path, code: facts.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        return Int(facts.st_size)
    }

    /// Fills `bytes` from `offset` on.
    /// - Returns: how many there were; fewer than asked for at the file's end only.
    func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(SagaLogError) -> Int {
        var done = 0
        while done < bytes.count {
            let count = pread(number, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .file(operation: "read", path: path, code: errno) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Hands over `count` bytes from `offset` on.
    /// - Parameter short: what is thrown when the file ends before.
    func reading<Result>(
        _ count: Int, at offset: Int, orElse short: @autoclosure () -> SagaLogError,
        _ body: (UnsafeRawBufferPointer) throws(SagaLogError) -> Result
    ) throws(SagaLogError) -> Result {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        defer { buffer.deallocate() }
        guard try read(buffer, at: offset) == count else { throw short() }
        return try body(UnsafeRawBufferPointer(buffer))
    }

    /// Writes all of `bytes` from `offset` on. A call that is cut short or interrupted is continued.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SagaLogError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(number, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .file(operation: "write", path: path, code: count < 0 ? errno : ENOSPC) }
            done += count
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(SagaLogError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SagaLogError) in
            try write(UnsafeRawBufferPointer(bytes), at: offset)
        }
    }

    /// The bytes, and what is needed to find them again. Never to be repeated after a failure: the second answer would lie.
    func syncData() throws(SagaLogError) {
        guard fdatasync(number) == 0 else { throw .file(operation: "sync", path: path, code: errno) }
    }
}

extension OpenFile {
    /// Makes names that were given or taken away in a directory durable.
    static func syncDirectory(_ directory: String) throws(SagaLogError) {
        let file = try OpenFile(directory, O_RDONLY | O_DIRECTORY)
        guard fsync(file.number) == 0 else { throw .file(operation: "sync", path: directory, code: errno) }
    }

    static func rename(_ path: String, to new: String) throws(SagaLogError) {
        guard Glibc.rename(path, new) == 0 else { throw .file(operation: "rename \(path) to", path: new, code: errno) }
    }

    /// The names in a directory, in no order.
    static func names(in directory: String) throws(SagaLogError) -> [String] {
        guard let stream = opendir(directory) else { throw .file(operation: "list", path: directory, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        guard errno == 0 else { throw .file(operation: "list", path: directory, code: errno) }
        return names.filter { $0 != "." && $0 != ".." }
    }
}
