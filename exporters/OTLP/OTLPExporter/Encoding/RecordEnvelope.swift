import COTLP
import SagaTelemetry

/// Frames encoded records as an export request of traces or logs, which share their field numbers (see
/// `envelope.proto`).
struct RecordEnvelope: Sendable {
    /// Encoded `Resource` and `InstrumentationScope` messages; the same for every request.
    let resource: [UInt8]
    let scope: [UInt8]

    /// Upper bound of the tag and length before a field: one byte of tag (fields 1 and 2), ten of varint.
    private static let longestPrefix = 11

    /// An upper bound of what ``pack(_:)`` writes: the content, and a prefix for each record and each of the four
    /// frames (resource records, resource, scope records, scope).
    private func capacity(for batch: RecordBatch) -> Int {
        resource.count + scope.count + batch.bytes.count + (batch.count + 4) * Self.longestPrefix
    }

    func pack(_ batch: RecordBatch) -> [UInt8] {
        // The buffer is large enough for any request of this batch, so nothing has to walk it first to learn its size.
        [UInt8](unsafeUninitializedCapacity: capacity(for: batch)) { buffer, count in
            guard let output = buffer.baseAddress else { return }
            withRecords(of: batch) { records in
                count = pack(records, into: output)
            }
        }
    }

    /// Points protobuf-c at each record where it lies in the batch. It only reads there, although its types lack the
    /// const.
    private func withRecords(of batch: RecordBatch, _ body: (UnsafeMutableBufferPointer<ProtobufCBinaryData>) -> Void) {
        batch.bytes.withUnsafeBufferPointer { bytes in
            withUnsafeTemporaryAllocation(of: ProtobufCBinaryData.self, capacity: batch.count) { records in
                guard let content = UnsafeMutablePointer(mutating: bytes.baseAddress) else {
                    return body(UnsafeMutableBufferPointer(rebasing: records[..<0]))
                }
                var start = 0
                for (index, end) in batch.ends.enumerated() {
                    records.initializeElement(at: index, to: .init(len: end - start, data: content + start))
                    start = end
                }
                body(records)
            }
        }
    }

    /// Lays out the three messages around the records on the stack and packs them.
    private func pack(
        _ records: UnsafeMutableBufferPointer<ProtobufCBinaryData>, into output: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var request = Otlp__RecordRequest()
        var resourceRecords = Otlp__ResourceRecords()
        var scopeRecords = Otlp__ScopeRecords()
        otlp__record_request__init(&request)
        otlp__resource_records__init(&resourceRecords)
        otlp__scope_records__init(&scopeRecords)
        scopeRecords.n_records = records.count
        scopeRecords.records = records.baseAddress

        return withField(scope) { scope in
            withField(resource) { resource in
                scopeRecords.scope = scope
                resourceRecords.resource = resource
                return withUnsafeMutablePointer(to: &scopeRecords) { pointer in
                    var scopes: UnsafeMutablePointer<Otlp__ScopeRecords>? = pointer
                    return withUnsafeMutablePointer(to: &scopes) { scopes in
                        resourceRecords.n_scope_records = 1
                        resourceRecords.scope_records = scopes
                        return withUnsafeMutablePointer(to: &resourceRecords) { pointer in
                            var resources: UnsafeMutablePointer<Otlp__ResourceRecords>? = pointer
                            return withUnsafeMutablePointer(to: &resources) { resources in
                                request.n_resource_records = 1
                                request.resource_records = resources
                                return otlp__record_request__pack(&request, output)
                            }
                        }
                    }
                }
            }
        }
    }

    private func withField(_ bytes: [UInt8], _ body: (ProtobufCBinaryData) -> Int) -> Int {
        bytes.withUnsafeBufferPointer {
            body(.init(len: $0.count, data: UnsafeMutablePointer(mutating: $0.baseAddress)))
        }
    }
}
