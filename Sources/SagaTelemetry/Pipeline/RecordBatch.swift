/// Records of one signal, each one already a complete OTLP protobuf message (`Span` or `LogRecord`), back to back.
///
/// Recording encodes; nothing on the way to the wire decodes again. An exporter frames the bytes and sends them.
public struct RecordBatch: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// Where each record ends in ``bytes``.
    public private(set) var ends: [Int] = []

    public init() {}

    public var count: Int { ends.count }
    public var isEmpty: Bool { ends.isEmpty }

    /// The place of record `index` in ``bytes``.
    public func range(of index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }

    public mutating func append(_ record: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: record)
        ends.append(bytes.count)
    }
}
