import COTLP
import ProtobufArena

/// An encoded export request as one line of OTLP/JSON.
enum RequestJSON {
    /// JSON takes this many times the space of the protobuf bytes, roughly; only a hint for the first allocation.
    private static let growth = 3

    /// - Parameter request: an export request of `signal` as ``OTLPEncoder`` makes it.
    /// - Returns: nil when the bytes are not such a request.
    static func line(of request: [UInt8], _ signal: OTLPSignal) -> [UInt8]? {
        let arena = MessageArena()
        return withExtendedLifetime(arena) {
            arena.withAllocator { allocator in
                request.withUnsafeBufferPointer { bytes in
                    let message = unpack(signal, bytes, allocator)
                    return message.map { MessageJSON.line(of: $0, in: arena, reserving: request.count * growth) }
                }
            }
        }
    }

    private static func unpack(
        _ signal: OTLPSignal, _ bytes: UnsafeBufferPointer<UInt8>, _ allocator: UnsafeMutablePointer<ProtobufCAllocator>
    ) -> UnsafePointer<ProtobufCMessage>? {
        let message =
            switch signal {
            case .traces:
                UnsafeRawPointer(
                    otlp__export_trace_service_request__unpack(allocator, bytes.count, bytes.baseAddress))
            case .logs:
                UnsafeRawPointer(
                    otlp__export_logs_service_request__unpack(allocator, bytes.count, bytes.baseAddress))
            case .metrics:
                UnsafeRawPointer(
                    otlp__export_metrics_service_request__unpack(allocator, bytes.count, bytes.baseAddress))
            }
        // Every generated message begins with its ProtobufCMessage.
        return message?.assumingMemoryBound(to: ProtobufCMessage.self)
    }
}
