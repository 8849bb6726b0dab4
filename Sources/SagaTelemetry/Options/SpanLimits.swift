/// How much one span may hold; what goes beyond is dropped and counted in the span.
///
/// Whatever the limits say, a record ends at 64 KiB.
/// Source: https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits.
public struct SpanLimits: Sendable, Hashable {
    public var attributes = 128
    public var events = 128
    public var links = 128
    public var attributesPerEvent = 128
    public var attributesPerLink = 128
    /// Characters (Unicode scalars) of a text and bytes of a byte string, within arrays too, to which longer ones are cut;
    /// nil for no limit.
    public var attributeValueLength: Int?

    public init() {}

    static let allowed = 0...Int(UInt16.max)

    var counts: [(name: String, value: Int)] {
        [
            ("attributes", attributes), ("events", events), ("links", links),
            ("attributesPerEvent", attributesPerEvent), ("attributesPerLink", attributesPerLink),
        ]
    }
}
