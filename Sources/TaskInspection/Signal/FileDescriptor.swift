import Glibc

/// An open file, closed when it goes out of scope.
struct FileDescriptor: ~Copyable {
    let number: Int32

    /// - Returns: nil for the −1 with which the system refuses; `errno` says why.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { close(number) }

    /// Everything up to the end; nil after an error.
    func readAll() -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                repeat { count = read(number, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
                // A count below 0 may not leave here: an empty chunk ends the loop, with `errno` as it is.
                if count < 0 { count = 0 } else { errno = 0 }
            }
            guard !chunk.isEmpty else { return errno == 0 ? bytes : nil }
            bytes += chunk
        }
    }

    /// - Returns: whether all was written; else `errno` says why.
    func writeAll(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
