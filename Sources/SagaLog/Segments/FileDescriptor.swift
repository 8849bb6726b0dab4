import Glibc

/// A system call that failed, and how.
struct SystemCallFailure: Error {
    let operation: String
    let code: Int32

    func at(_ path: String) -> SagaLogError { .file(operation: operation, path: path, code: code) }
}

/// An open file; closed with the last one who knows it.
final class FileDescriptor: Sendable {
    let number: Int32

    private init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    convenience init(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws(SagaLogError) {
        var number: Int32
        repeat { number = open(path, flags | O_CLOEXEC, mode) } while number < 0 && errno == EINTR
        guard number >= 0 else {
            throw .file(operation: flags & O_CREAT != 0 ? "make" : "open", path: path, code: errno)
        }
        self.init(number)
    }

    /// Writes all of it. A call that is cut short or interrupted is continued; one that writes nothing is a failure.
    func write(_ bytes: UnsafeRawPointer, count: Int, at offset: Int) throws(SystemCallFailure) {
        var done = 0
        while done < count {
            let written = pwrite(number, bytes + done, count - done, off_t(offset + done))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SystemCallFailure(operation: "write", code: written == 0 ? ENOSPC : errno) }
            done += written
        }
    }

    /// - Returns: how many bytes there were; fewer than asked for only at the end of the file.
    func read(_ bytes: UnsafeMutableRawPointer, count: Int, at offset: Int) throws(SystemCallFailure) -> Int {
        var done = 0
        while done < count {
            let read = pread(number, bytes + done, count - done, off_t(offset + done))
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw SystemCallFailure(operation: "read", code: errno) }
            if read == 0 { break }
            done += read
        }
        return done
    }

    /// A failure, an interruption too, means that what was written since the last sync may be lost: the kernel tells of it
    /// once, and a second call would be answered as if all were well.
    func syncData() throws(SystemCallFailure) {
        guard fdatasync(number) == 0 else { throw SystemCallFailure(operation: "fdatasync", code: errno) }
    }

    func sync() throws(SystemCallFailure) {
        guard fsync(number) == 0 else { throw SystemCallFailure(operation: "fsync", code: errno) }
    }

    func size() throws(SystemCallFailure) -> Int {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw SystemCallFailure(operation: "stat", code: errno) }
        return Int(status.st_size)
    }
}
