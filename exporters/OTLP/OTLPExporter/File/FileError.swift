#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A system call on a file that failed.
struct FileError: Error, CustomStringConvertible {
    let operation: String
    let path: String
    let code: Int32

    /// Call right after the failure, while `errno` is that of the call.
    static func last(_ operation: String, _ path: String) -> FileError {
        FileError(operation: operation, path: path, code: errno)
    }

    var description: String { "\(operation) '\(path)': \(String(cString: strerror(code)))" }

    /// What to do about it.
    var advice: String {
        switch code {
        case ENOSPC, EDQUOT: "Free space there, or lower the exporter's limit of bytes."
        case EACCES, EPERM, EROFS: "Let this process write there, or choose another path."
        case EISDIR, ENOTDIR: "A file and a directory are in each other's way: choose another path."
        case EMFILE, ENFILE: "Raise the limit of open files."
        case EFBIG: "Raise the limit of a file's size, or lower the exporter's limit of bytes."
        default: "Check the path."
        }
    }
}
