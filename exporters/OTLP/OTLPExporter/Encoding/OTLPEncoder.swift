import COTLP
import ProtobufArena
import SagaTelemetry

/// Turns telemetry into OTLP 1.x export requests, as protobuf bytes.
///
/// Spans and log records are already encoded when they arrive: they are framed, not walked. Metrics are built as
/// messages. The same bytes are an `Export…ServiceRequest` and a `TracesData`, `LogsData` or `MetricsData` message.
///
/// ```swift
/// let encoder = OTLPEncoder(resource: Resource(["service.name": "checkout"]))
/// let request = encoder.encode(spans: batch)
/// ```
///
/// Text with a NUL inside (metric names, attribute keys and values) is sent with U+FFFD in its place: the strings of
/// libprotobuf-c end at the first NUL.
///
/// Source: opentelemetry/proto/collector/{trace,logs,metrics}/v1.
public struct OTLPEncoder: Sendable {
    private let envelope: RecordEnvelope
    private let resource: Resource
    private let scope: InstrumentationScope

    /// - Parameters:
    ///   - resource: what produces the telemetry; stands once in every request.
    ///   - scope: the library that recorded it.
    public init(resource: Resource, scope: InstrumentationScope = .sagascope) {
        self.resource = resource
        self.scope = scope
        let arena = MessageArena()
        self.envelope = withExtendedLifetime(arena) {
            RecordEnvelope(
                resource: Self.pack(
                    arena.resource(resource), otlp__resource__get_packed_size, otlp__resource__pack),
                scope: Self.pack(
                    arena.scope(scope), otlp__instrumentation_scope__get_packed_size,
                    otlp__instrumentation_scope__pack))
        }
    }

    /// An `ExportTraceServiceRequest` of the encoded `Span` messages in `spans`.
    public func encode(spans: RecordBatch) -> [UInt8] { envelope.pack(spans) }

    /// An `ExportLogsServiceRequest` of the encoded `LogRecord` messages in `logs`.
    public func encode(logs: RecordBatch) -> [UInt8] { envelope.pack(logs) }

    /// An `ExportMetricsServiceRequest`. Metrics without points are left out.
    public func encode(metrics snapshot: MetricsSnapshot) -> [UInt8] {
        let arena = MessageArena()
        let filled = snapshot.metrics.filter { $0.points.count > 0 }

        let scopeMetrics = arena.message(otlp__scope_metrics__init)
        scopeMetrics.pointee.scope = arena.scope(scope)
        scopeMetrics.pointee.n_metrics = filled.count
        scopeMetrics.pointee.metrics = arena.array(filled) { arena.metric($0, time: snapshot.time) }

        let resourceMetrics = arena.message(otlp__resource_metrics__init)
        resourceMetrics.pointee.resource = arena.resource(resource)
        resourceMetrics.pointee.n_scope_metrics = 1
        resourceMetrics.pointee.scope_metrics = arena.array(CollectionOfOne(scopeMetrics)) { $0 }

        let request = arena.message(otlp__export_metrics_service_request__init)
        request.pointee.n_resource_metrics = 1
        request.pointee.resource_metrics = arena.array(CollectionOfOne(resourceMetrics)) { $0 }
        return withExtendedLifetime(arena) {
            Self.pack(
                request, otlp__export_metrics_service_request__get_packed_size,
                otlp__export_metrics_service_request__pack)
        }
    }

    /// Packs a message into a buffer of exactly its size. Asking for the size costs a walk; these messages are packed
    /// once (resource, scope) or once per collection (metrics), and shared parts make a cheaper bound unsafe.
    private static func pack<Message>(
        _ message: UnsafeMutablePointer<Message>,
        _ size: (UnsafePointer<Message>) -> Int,
        _ pack: (UnsafePointer<Message>, UnsafeMutablePointer<UInt8>) -> Int
    ) -> [UInt8] {
        let size = size(message)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            // A message with every field at its default packs to nothing.
            guard let output = buffer.baseAddress, size > 0 else { return }
            count = pack(message, output)
        }
    }
}
