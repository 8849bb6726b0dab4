/// A byte array that is written through a pointer and keeps its storage from page to page: not copyable, so that there
/// is no second owner for whom the array would have to be copied.
struct PageBuffer: ~Copyable {
    /// The page, then initialised bytes that do not belong to it.
    private var storage: [UInt8]
    private var count: Int

    /// Takes over `bytes` and leaves an empty array, so that the storage has one owner; the page continues where they end.
    init(takingOver bytes: inout [UInt8]) {
        storage = []
        swap(&storage, &bytes)
        count = storage.count
    }

    mutating func append(_ bytes: [UInt8]) {
        append(atMost: bytes.count) { start in
            bytes.withUnsafeBufferPointer { source in
                if let first = source.baseAddress { start.update(from: first, count: source.count) }
            }
            return start + bytes.count
        }
    }

    mutating func append(_ text: StaticString) {
        append(atMost: text.utf8CodeUnitCount) { start in
            start.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
            return start + text.utf8CodeUnitCount
        }
    }

    /// - Parameters:
    ///   - limit: the most that `write` may write, in bytes.
    ///   - write: given where the page ends, answers where it ends now.
    @inline(__always)
    mutating func append(atMost limit: Int, _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) {
        guard limit > 0 else { return }
        if storage.count - count < limit {
            storage.append(contentsOf: repeatElement(0, count: limit - (storage.count - count)))
        }
        count = storage.withUnsafeMutableBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return count }
            let end = write(base + count) - base
            precondition(end >= count && end <= count + limit, "a page was written past its room")
            return end
        }
    }

    /// Gives the page back, in the storage that was taken over.
    consuming func finish(into bytes: inout [UInt8]) {
        storage.removeLast(storage.count - count)
        swap(&storage, &bytes)
    }
}
