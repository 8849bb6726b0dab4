internal import CSagascope

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Writes files, each beside its place and moved there when it is whole.
struct FlightFile {
    /// `write(2)`, or in tests something that fails like it: descriptor, bytes, how many; -1 and `errno` on error.
    typealias WriteCall = @Sendable (Int32, UnsafeRawPointer?, Int) -> Int
    static let systemWrite: WriteCall = { systemCallWrite($0, $1, $2) }

    let directory: String
    var writeCall = systemWrite

    /// - Parameter name: of all, but for the kind.
    /// - Returns: their paths; a millisecond or more is added to a name that is taken. What was written before an error stays.
    func write(
        _ parts: [(kind: FlightFileName.Kind, bytes: [UInt8])], as name: FlightFileName
    ) throws(FlightFileError) -> [String] {
        var name = name
        while isTaken(name) { name.milliseconds += 1 }
        var paths: [String] = []
        for part in parts { paths.append(try write(part.bytes, to: name.of(part.kind))) }
        return paths
    }

    private func isTaken(_ name: FlightFileName) -> Bool {
        FlightFileName.Kind.allCases.contains { access("\(directory)/\(name.of($0).text)", F_OK) == 0 }
    }

    private func write(_ bytes: [UInt8], to name: FlightFileName) throws(FlightFileError) -> String {
        let path = "\(directory)/\(name.text)"
        // Processes of several containers may have one id, and share the directory.
        let partial = "\(directory)/\(FlightFileName.partial(name.process, sgs_monotonic_ns()))"
        // For its owner alone: names of sagas and steps may be secrets.
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = open(partial, flags, 0o600)
        guard descriptor >= 0 else { throw FlightFileError("open", partial, code: errno) }
        var failure = writeAll(bytes, to: descriptor).map { FlightFileError("write", path, code: $0) }
        // The last moment for some file systems to tell of an error.
        if close(descriptor) != 0, failure == nil { failure = FlightFileError("close", path, code: errno) }
        if failure == nil, rename(partial, path) != 0 { failure = FlightFileError("rename to", path, code: errno) }
        if let failure {
            unlink(partial)
            throw failure
        }
        return path
    }

    /// nil when all is written, or an `errno`.
    private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = writeCall(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count > 0 {
                    written += count
                } else if count == 0 || errno != EINTR {
                    return count == 0 ? ENOSPC : errno
                }
            }
            return nil
        }
    }
}

// Methods called `write` hide the function.
private func systemCallWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
