public import CProtobufC

/// Memory for the C messages of one request or page: handed out by moving a pointer, given back all at once.
///
/// Everything that an arena hands out lives as long as the arena; nothing is freed one by one. It belongs to the call
/// that made it and must not cross to another thread.
public final class MessageArena {
    /// Enough for a request of a few dozen series; each further chunk is twice the last one, up to `largestChunk`.
    private static let firstChunk = 16 << 10
    private static let largestChunk = 1 << 20
    /// Of every allocation: the strictest alignment a protobuf-c message asks for.
    private static let alignment = 8

    private var chunks: [(start: UnsafeMutableRawPointer, size: Int)] = []
    private var free: UnsafeMutableRawPointer
    private var available: Int
    private var nextChunk: Int

    public init() {
        free = .allocate(byteCount: Self.firstChunk, alignment: Self.alignment)
        chunks.append((free, Self.firstChunk))
        available = Self.firstChunk
        nextChunk = Self.firstChunk * 2
    }

    deinit {
        for chunk in chunks { chunk.start.deallocate() }
    }

    /// Uninitialised memory of at least `byteCount` bytes.
    public func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        let rounded = (byteCount + Self.alignment - 1) & ~(Self.alignment - 1)
        if rounded > available { addChunk(atLeast: rounded) }
        let start = free
        free += rounded
        available -= rounded
        return start
    }

    private func addChunk(atLeast byteCount: Int) {
        let size = max(nextChunk, byteCount)
        free = .allocate(byteCount: size, alignment: Self.alignment)
        chunks.append((free, size))
        available = size
        nextChunk = min(nextChunk * 2, Self.largestChunk)
    }

    /// A message set up by its generated `init` function: every field at its default.
    @inlinable public func message<Message>(_ initialise: (UnsafeMutablePointer<Message>) -> Void)
        -> UnsafeMutablePointer<Message>
    {
        let message = allocate(byteCount: MemoryLayout<Message>.size).bindMemory(to: Message.self, capacity: 1)
        initialise(message)
        return message
    }

    /// A C array with one element for each of `values`; nil when there are none, as protobuf-c has it.
    @inlinable public func array<Values: Collection, Element: BitwiseCopyable>(
        _ values: Values, _ make: (Values.Element) -> Element
    ) -> UnsafeMutablePointer<Element>? {
        guard !values.isEmpty else { return nil }
        let memory = allocate(byteCount: values.count * MemoryLayout<Element>.stride)
        let array = memory.bindMemory(to: Element.self, capacity: values.count)
        var next = array
        for value in values {
            next.initialize(to: make(value))
            next += 1
        }
        return array
    }

    /// A NUL-terminated copy. A NUL inside the text would end it there, so each one becomes U+FFFD, the replacement
    /// character: the length is visibly wrong instead of the rest missing.
    public func string(_ text: String) -> UnsafeMutablePointer<CChar> {
        var text = text
        return text.withUTF8 { utf8 in
            let nuls = utf8.reduce(0) { $1 == 0 ? $0 + 1 : $0 }
            let size = utf8.count + nuls * 2 + 1
            let copy = allocate(byteCount: size).bindMemory(to: UInt8.self, capacity: size)
            var next = copy
            if nuls == 0, let start = utf8.baseAddress {
                next.initialize(from: start, count: utf8.count)
                next += utf8.count
            } else {
                for byte in utf8 {
                    for byte in byte == 0 ? [0xEF, 0xBF, 0xBD] : [byte] {
                        next.initialize(to: byte)
                        next += 1
                    }
                }
            }
            next.initialize(to: 0)
            // CChar is UInt8 or Int8 by platform; both are one byte.
            return UnsafeMutableRawPointer(copy).assumingMemoryBound(to: CChar.self)
        }
    }

    public func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        ProtobufCBinaryData(len: bytes.count, data: array(bytes) { $0 })
    }

    // MARK: unpacking

    /// Runs `body` with an allocator for protobuf-c's unpacking: objects come from this arena, freeing one does
    /// nothing. Before each object stands its size, which tells a string's length though there be a NUL inside.
    public func withAllocator<Result>(_ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> Result) -> Result {
        var allocator = ProtobufCAllocator(
            alloc: { context, size in
                guard let context else { return nil }
                // `allocator_data` below is this arena, alive for the whole of `body`.
                let arena = Unmanaged<MessageArena>.fromOpaque(context).takeUnretainedValue()
                let block = arena.allocate(byteCount: MessageArena.alignment + size)
                block.storeBytes(of: size, as: Int.self)
                return block + MessageArena.alignment
            },
            free: { _, _ in },
            allocator_data: Unmanaged.passUnretained(self).toOpaque()
        )
        return withExtendedLifetime(self) { body(&allocator) }
    }

    /// The UTF-8 of a string in a message that was unpacked by this arena's allocator.
    public func unpacked(_ text: UnsafePointer<CChar>?) -> UnsafeBufferPointer<UInt8> {
        // A field that the bytes did not have points at a constant of the library.
        guard let text, text.pointee != 0 || owns(text) else { return UnsafeBufferPointer(start: nil, count: 0) }
        let start = UnsafeRawPointer(text)
        let size = start.load(fromByteOffset: -Self.alignment, as: Int.self)
        // The last byte is the NUL that the library adds.
        return UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: size - 1)
    }

    private func owns(_ address: UnsafeRawPointer) -> Bool {
        chunks.contains { UnsafeRawPointer($0.start) <= address && address < UnsafeRawPointer($0.start + $0.size) }
    }
}
