#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why a recording is not in a file.
public struct FlightFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What could not be done: `write`, `open`.
    public var operation: String
    public var path: String
    /// As in `errno`.
    public var code: Int32

    public init(_ operation: String, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    public var description: String {
        "flight recording not written: cannot \(operation) \(path): \(String(cString: strerror(code))); \(advice)"
    }

    private var advice: String {
        switch code {
        case ENOENT, ENOTDIR: "make that directory, or name another one"
        case EACCES, EPERM, EROFS: "let this process's user write there, or name another directory"
        case ENOSPC, EDQUOT: "free space there, name another directory, or record fewer bytes"
        case EFBIG: "raise the limit on the size of files (ulimit -f), or record fewer bytes"
        case ENAMETOOLONG: "name a directory with a shorter path"
        default: "name another directory"
        }
    }
}
