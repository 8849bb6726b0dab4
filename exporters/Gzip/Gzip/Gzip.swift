import CZlib

/// Compresses whole payloads to gzip (RFC 1952) with the system's zlib.
public enum Gzip {
    public enum Failure: Error, CustomStringConvertible {
        /// A zlib return code and what was being done.
        case zlib(code: Int32, operation: String)

        public var description: String {
            switch self {
            case .zlib(let code, let operation): "gzip: \(operation) failed with zlib code \(code)"
            }
        }
    }

    /// The window size plus 16 tells zlib to write gzip's header and trailer instead of its own.
    private static let gzipWindow = MAX_WBITS + 16

    /// - Parameters:
    ///   - level: 1 (fast) to 9 (small). 6 is zlib's own default; telemetry compresses 8:1 either way.
    public static func compress(_ bytes: [UInt8], level: Int32 = 6) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        let opened = deflateInit2_(
            &stream, level, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard opened == Z_OK else { throw .zlib(code: opened, operation: "deflateInit2") }
        defer { deflateEnd(&stream) }

        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var code = Z_OK
        let packed = bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                // zlib reads through `next_in` only; its C type lacks the const.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(bound)
                code = deflate(&stream, Z_FINISH)
                count = bound - Int(stream.avail_out)
            }
        }
        guard code == Z_STREAM_END else { throw .zlib(code: code, operation: "deflate") }
        return packed
    }
}
