import Glibc

/// Held by the one process that writes the log: an open file description lock, which is gone with the process however it ends,
/// and which a second opening in the same process does not get either.
final class WriterLock: Sendable {
    private let file: OpenFile
    /// `F_OFD_SETLK` of Linux, which Glibc's module leaves out.
    private static let setOpenFileLock: Int32 = 37

    init(_ directory: String) throws(SagaLogError) {
        let path = directory + "/" + LogFiles.lock
        file = try OpenFile(path, O_RDWR | O_CREAT, operation: "make")
        guard Self.set(file, Int16(F_WRLCK)) else {
            guard errno == EAGAIN || errno == EACCES else { throw .file(operation: "lock", path: path, code: errno) }
            throw .locked(directory: directory, holder: Self.holder(file))
        }
        // For those who find it locked: the kernel does not tell them who holds it.
        ftruncate(file.number, 0)
        try? file.write(Array("\(getpid())\n".utf8), at: 0)
    }

    func release() { _ = Self.set(file, Int16(F_UNLCK)) }

    private static func set(_ file: borrowing OpenFile, _ type: Int16) -> Bool {
        var lock = flock(l_type: type, l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        return fcntl(file.number, setOpenFileLock, &lock) == 0
    }

    private static func holder(_ file: borrowing OpenFile) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard let count = try? bytes.withUnsafeMutableBytes({ try file.read($0, at: 0) }) else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
