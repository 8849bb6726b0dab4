internal import CLZ4
internal import CXXHash
import Glibc

/// What a log's records up to an LSN come to, and what the application adds to that.
package struct Snapshot: Sendable, Equatable {
    /// A random number that all files of one log share.
    package var log: UInt64
    /// Unix ns.
    package var created: UInt64
    package var state: LogState
    /// The application's own part; empty when it has none.
    package var application: [UInt8]

    package var lsn: LSN { state.lsn }
    package var epoch: UInt32 { state.epoch }

    package init(log: UInt64, created: UInt64, state: LogState, application: [UInt8] = []) {
        (self.log, self.created, self.state, self.application) = (log, created, state, application)
    }
}

/// A snapshot as a file, little-endian; `docs/log-format.md` is the same for readers.
///
/// ```
///  0 magic       8 bytes  "SGSSNAP\1", the last one the version
///  8 log         u64
/// 16 LSN         u64
/// 24 epoch       u32
/// 28 blocks      u32
/// 32 body        u64      bytes of state and application, uncompressed
/// 40 compressed  u64      bytes of the blocks, with their lengths
/// 48 state       u64      bytes of the log's state
/// 56 created     u64      Unix ns
/// 64 blocks of the state, then of the application, each: length u32, and as many bytes: LZ4 of 1 MiB, of what is left in
///    the last one of a part. Bit 31 of the length is set for bytes that LZ4 would not have made fewer, and that stand there
///    as they are
///    LSN         u64
///    checksum    u64      XXH3-64 over everything before it
/// ```
package enum SnapshotFile {
    static let headerBytes = 64
    static let trailerBytes = 16
    static let blockBytes = 1 << 20
    /// Of the body. A state that is larger is not written: reading one takes twice its size.
    static let maximumBody = 1 << 30
    private static let isStored: UInt32 = 1 << 31
    private static let magic: UInt64 = 0x0150_414E_5353_4753
}

// MARK: writing

extension SnapshotFile {
    /// - Throws: ``SagaLogError/snapshot(path:reason:)`` for a body beyond ``maximumBody``.
    package static func encode(_ snapshot: Snapshot, path: String) throws(SagaLogError) -> [UInt8] {
        let state = snapshot.state.encoded
        let (body, stateBytes) = (state.count + snapshot.application.count, state.count)
        guard body <= maximumBody else {
            throw .snapshot(
                path: path,
                reason: "its \(body) bytes are more than \(maximumBody); too many runs are open, or with too much")
        }
        let blocks = blocks(stateBytes) + blocks(snapshot.application.count)
        let worst = headerBytes + body + 4 * blocks + trailerBytes
        return [UInt8](unsafeUninitializedCapacity: worst) { buffer, count in
            let file = UnsafeMutableRawPointer(buffer.baseAddress!)
            let middle = state.withUnsafeBytes { compress($0, to: file + headerBytes) }
            let end = snapshot.application.withUnsafeBytes { compress($0, to: middle) }
            let compressed = end - (file + headerBytes)
            let words: [UInt64] = [
                magic, snapshot.log, snapshot.lsn.rawValue, UInt64(snapshot.epoch) | UInt64(blocks) << 32,
                UInt64(body), UInt64(compressed), UInt64(stateBytes), snapshot.created,
            ]
            for (index, word) in words.enumerated() {
                file.storeBytes(of: word.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
            }
            end.storeBytes(of: snapshot.lsn.rawValue.littleEndian, as: UInt64.self)
            let summed = headerBytes + compressed + 8
            (file + summed).storeBytes(of: sgs_xxh3_64(file, summed).littleEndian, as: UInt64.self)
            count = summed + 8
        }
    }

    private static func blocks(_ bytes: Int) -> Int { (bytes + blockBytes - 1) / blockBytes }

    /// - Parameter to: room for the part and a length for each block.
    /// - Returns: where the last block ends.
    private static func compress(
        _ part: UnsafeRawBufferPointer, to: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var to = to
        for at in stride(from: 0, to: part.count, by: blockBytes) {
            let from = part.baseAddress! + at
            let count = min(blockBytes, part.count - at)
            // One that would not become shorter is refused by LZ4 for want of room.
            let packed = LZ4_compress_default(from, to + 4, Int32(count), Int32(count - 1))
            if packed > 0 {
                to.storeBytes(of: UInt32(packed).littleEndian, as: UInt32.self)
                to += 4 + Int(packed)
            } else {
                to.storeBytes(of: (UInt32(count) | isStored).littleEndian, as: UInt32.self)
                (to + 4).copyMemory(from: from, byteCount: count)
                to += 4 + count
            }
        }
        return to
    }

    /// Writes a file of the name, whole or not at all: under a temporary name, synced, renamed, and the directory synced. What
    /// had the name before is there until then.
    static func write(_ bytes: [UInt8], to path: String) throws(SagaLogError) {
        let temporary = path + temporarySuffix
        do {
            try fill(temporary, with: bytes)
            try OpenFile.rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        try OpenFile.syncDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    static let temporarySuffix = ".tmp"

    private static func fill(_ path: String, with bytes: [UInt8]) throws(SagaLogError) {
        let file = try OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC, operation: "create")
        try file.write(bytes, at: 0)
        try file.syncData()
    }
}

// MARK: reading

extension SnapshotFile {
    /// Where the parts of a file are, once they are known to be within it.
    private struct Parts {
        let log: UInt64
        let lsn: LSN
        let created: UInt64
        let compressed: Int
        let state: Int
        let application: Int

        /// - Parameters:
        ///   - header: ``SnapshotFile/headerBytes`` of it.
        ///   - size: the file's.
        init(_ header: UnsafeRawBufferPointer, size: Int, path: String) throws(SagaLogError) {
            func wide(_ at: Int) -> UInt64 {
                UInt64(littleEndian: header.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            }
            guard wide(0) << 8 == magic << 8 else {
                throw .snapshot(path: path, reason: "it is none: its first bytes are others")
            }
            guard wide(0) == magic else {
                throw .snapshot(path: path, reason: "it is of version \(wide(0) >> 56), and this program knows 1")
            }
            let (body, compressed, state, blocks) = (wide(32), wide(40), wide(48), wide(24) >> 32)
            // LZ4 makes nothing more than 255 times longer.
            guard body <= maximumBody, state <= body, compressed <= body + 4 * blocks, body <= 255 * compressed,
                blocks == SnapshotFile.blocks(Int(state)) + SnapshotFile.blocks(Int(body - state)),
                UInt64(headerBytes + trailerBytes) + compressed == UInt64(size)
            else { throw .snapshot(path: path, reason: "its sizes contradict each other, or its \(size) bytes") }
            (log, lsn, created) = (wide(8), LSN(wide(16)), wide(56))
            (self.compressed, self.state, application) = (Int(compressed), Int(state), Int(body - state))
        }
    }

    /// Reads the whole file, and believes nothing of it before its checksum is right.
    static func read(_ path: String) throws(SagaLogError) -> Snapshot {
        try reading(path) { bytes throws(SagaLogError) in try decode(bytes, path: path) }
    }

    /// The records of the runs that were open, in the order of their LSNs.
    package static func records(_ path: String) throws(SagaLogError) -> [LogRecord] {
        let state = try read(path).state
        return state.runs.flatMap { state.records(of: $0.run) }.sorted { $0.lsn < $1.lsn }
    }

    /// Whether the file is as it was written.
    static func isSound(_ path: String) -> Bool {
        let parts = try? reading(path) { bytes throws(SagaLogError) in try checked(bytes, path: path) }
        return parts != nil
    }

    package static func decode(_ bytes: UnsafeRawBufferPointer, path: String) throws(SagaLogError) -> Snapshot {
        let parts = try checked(bytes, path: path)
        var blocks = bytes[headerBytes..<headerBytes + parts.compressed]
        let stateBytes = expand(&blocks, to: parts.state)
        let application = stateBytes == nil ? nil : expand(&blocks, to: parts.application)
        guard let stateBytes, let application, blocks.isEmpty else {
            throw .snapshot(path: path, reason: "its blocks do not come to the sizes that its header says")
        }
        let state = try LogState(decoding: stateBytes, path: path)
        let epoch = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
        guard state.lsn == parts.lsn, state.epoch == epoch else {
            throw .snapshot(path: path, reason: "its header is another state's")
        }
        return Snapshot(
            log: parts.log, created: parts.created, state: state, application: application)
    }

    private static func reading<Result>(
        _ path: String, _ body: (UnsafeRawBufferPointer) throws(SagaLogError) -> Result
    ) throws(SagaLogError) -> Result {
        let file = try OpenFile(path, O_RDONLY | O_NONBLOCK)
        let size = try file.size()
        let short = SagaLogError.snapshot(path: path, reason: "it is cut off: it has \(size) bytes")
        guard size >= headerBytes + trailerBytes else { throw short }
        // Before there is memory for what the file says it has.
        _ = try file.reading(headerBytes, at: 0, orElse: short) { bytes throws(SagaLogError) in
            try Parts(bytes, size: size, path: path)
        }
        return try file.reading(size, at: 0, orElse: short, body)
    }

    private static func checked(_ bytes: UnsafeRawBufferPointer, path: String) throws(SagaLogError) -> Parts {
        guard bytes.count >= headerBytes + trailerBytes else {
            throw .snapshot(path: path, reason: "it is cut off: it has \(bytes.count) bytes")
        }
        let parts = try Parts(bytes, size: bytes.count, path: path)
        func wide(_ at: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        guard wide(bytes.count - 8) == sgs_xxh3_64(bytes.baseAddress!, bytes.count - 8) else {
            throw .snapshot(path: path, reason: "its checksum is wrong")
        }
        guard wide(bytes.count - trailerBytes) == parts.lsn.rawValue, parts.lsn > .none else {
            throw .snapshot(path: path, reason: "it begins and ends with different LSNs")
        }
        return parts
    }

    /// Takes the blocks of one part.
    /// - Returns: the part; nil when its blocks do not fill it, no more and no less.
    private static func expand(_ blocks: inout Slice<UnsafeRawBufferPointer>, to count: Int) -> [UInt8]? {
        var isWhole = true
        let part = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let part = UnsafeMutableRawBufferPointer(buffer)
            while isWhole && filled < count {
                let wanted = min(blockBytes, count - filled)
                isWhole = expand(&blocks, to: UnsafeMutableRawBufferPointer(rebasing: part[filled..<filled + wanted]))
                if isWhole { filled += wanted }
            }
        }
        return isWhole ? part : nil
    }

    /// Takes one block.
    private static func expand(
        _ blocks: inout Slice<UnsafeRawBufferPointer>, to: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard blocks.count >= 4 else { return false }
        let head = UInt32(littleEndian: blocks.base.loadUnaligned(fromByteOffset: blocks.startIndex, as: UInt32.self))
        let length = Int(head & ~isStored)
        guard length <= min(to.count, blocks.count - 4) else { return false }
        let from = blocks.base.baseAddress! + blocks.startIndex + 4
        blocks = blocks.dropFirst(4 + length)
        if head & isStored != 0 {
            guard length == to.count else { return false }
            to.copyMemory(from: UnsafeRawBufferPointer(start: from, count: length))
            return true
        }
        return LZ4_decompress_safe(from, to.baseAddress!, Int32(length), Int32(to.count)) == Int32(to.count)
    }
}
