#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A bounded file of whole lines. It is appended to with one `write` a line, rotated before it outgrows its limit, and
/// opened again when someone else (logrotate, an operator) has moved or removed it.
///
/// One writer to a path. Data is handed to the kernel, not forced to the disk. Not safe to share between threads: the
/// owner calls from one queue.
struct JSONLinesFile: ~Copyable {
    /// `write(2)`, or in tests something that fails like it: descriptor, bytes, how many; -1 and `errno` on error.
    typealias WriteCall = @Sendable (Int32, UnsafeRawPointer?, Int) -> Int

    private let path: String
    private let writeCall: WriteCall
    private let maximumBytes: Int
    private let keptFiles: Int
    private var descriptor: Int32?
    /// Set when a file is opened or a write failed: a process that crashed, or a full disk, may have left half a line.
    private var mayEndInsideLine = true

    init(path: String, maximumBytes: Int, keptFiles: Int, writeCall: @escaping WriteCall = systemWrite) {
        self.path = path
        self.writeCall = writeCall
        self.maximumBytes = maximumBytes
        self.keptFiles = keptFiles
    }

    deinit {
        if let descriptor { _ = systemClose(descriptor) }
    }

    mutating func close() {
        if let descriptor { _ = systemClose(descriptor) }
        descriptor = nil
    }

    /// - Parameter line: with its line feed. After an error nothing of it stands in the file, as far as the file system
    ///   lets it be taken back.
    mutating func append(_ line: [UInt8]) throws(FileError) {
        var file = try current()
        if file.isRegular, file.size > 0, file.size + line.count > maximumBytes {
            try rotate(file)
            file = try current()
        }
        if mayEndInsideLine {
            if endsInsideLine(file) { try write([UInt8(ascii: "\n")], to: file) }
            mayEndInsideLine = false
        }
        try write(line, to: file)
    }

    // MARK: Opening

    private struct OpenFile {
        let descriptor: Int32
        let size: Int
        let isRegular: Bool

        init(_ descriptor: Int32, _ status: stat) {
            self.descriptor = descriptor
            self.size = Int(status.st_size)
            self.isRegular = status.st_mode & S_IFMT == S_IFREG
        }
    }

    /// The file that stands at the path now.
    private mutating func current() throws(FileError) -> OpenFile {
        if let descriptor, let opened = Self.status(descriptor) {
            var named = stat()
            if stat(path, &named) == 0, named.st_ino == opened.st_ino, named.st_dev == opened.st_dev {
                return OpenFile(descriptor, opened)
            }
        }
        close()
        let opened = try open()
        descriptor = opened
        mayEndInsideLine = true
        guard let status = Self.status(opened) else { throw .last("cannot inspect", path) }
        return OpenFile(opened, status)
    }

    private func open() throws(FileError) -> Int32 {
        // O_NONBLOCK: a FIFO without a reader is an error and not a wait. Regular files do not heed it.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
        var opened = systemOpen(path, flags, 0o640)
        if opened < 0, errno == ENOENT {
            try makeParents()
            opened = systemOpen(path, flags, 0o640)
        }
        guard opened >= 0 else { throw .last("cannot open", path) }
        return opened
    }

    private func makeParents() throws(FileError) {
        for slash in path.indices.dropFirst() where path[slash] == "/" {
            let directory = String(path[..<slash])
            if mkdir(directory, 0o755) != 0, errno != EEXIST { throw .last("cannot make the directory", directory) }
        }
    }

    private static func status(_ descriptor: Int32) -> stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    // MARK: Writing

    private mutating func write(_ bytes: [UInt8], to file: OpenFile) throws(FileError) {
        var written = 0
        var failure: FileError?
        bytes.withUnsafeBytes { bytes in
            while written < bytes.count {
                let count = writeCall(file.descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count > 0 {
                    written += count
                } else if count == 0 || errno != EINTR {
                    failure = .last("cannot write to", path)
                    return
                }
            }
        }
        guard let failure else { return }
        mayEndInsideLine = true
        if written > 0, file.isRegular { takeBack(written, from: file.descriptor) }
        throw failure
    }

    /// Cuts off the beginning of a line that could not be finished, unless someone has appended after it.
    private func takeBack(_ count: Int, from descriptor: Int32) {
        let end = lseek(descriptor, 0, SEEK_CUR)
        guard let status = Self.status(descriptor), Int(status.st_size) == Int(end), Int(end) >= count else { return }
        // When this fails too, the next line begins with a line feed: see `append`.
        _ = ftruncate(descriptor, end - off_t(count))
    }

    private func endsInsideLine(_ file: OpenFile) -> Bool {
        guard file.isRegular, file.size > 0 else { return false }
        // The descriptor is write-only, so that a file may be writable without being readable; then nobody can tell.
        let reader = systemOpen(path, O_RDONLY | O_CLOEXEC, 0)
        guard reader >= 0 else { return false }
        defer { _ = systemClose(reader) }
        var last: UInt8 = 0
        return pread(reader, &last, 1, off_t(file.size - 1)) == 1 && last != UInt8(ascii: "\n")
    }

    // MARK: Rotation

    /// Moves `path` to `path.1`, `path.1` to `path.2` and so on; the oldest file goes.
    private mutating func rotate(_ file: OpenFile) throws(FileError) {
        guard keptFiles > 0 else {
            guard ftruncate(file.descriptor, 0) == 0 else { throw .last("cannot empty", path) }
            return
        }
        for number in stride(from: keptFiles - 1, through: 0, by: -1) {
            let source = number == 0 ? path : "\(path).\(number)"
            if rename(source, "\(path).\(number + 1)") != 0, errno != ENOENT { throw .last("cannot rotate", source) }
        }
        close()
    }
}

// The C functions under names that the methods above do not hide.

private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }

@Sendable private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
