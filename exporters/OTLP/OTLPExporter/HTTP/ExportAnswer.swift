import COTLP

/// Reads what a destination says in the body of its answer.
enum ExportAnswer {
    /// OTLP's partial success: the request was accepted but for some records, which must not be sent again.
    struct PartialSuccess: Equatable {
        var rejected: Int64
        var message: String
    }

    /// Longest piece of a destination's text that goes to the log, in characters.
    private static let longestText = 200

    /// - Returns: nil when everything was accepted, and also when the body is not the protobuf message that OTLP asks
    ///   for: collectors in use answer JSON, HTML or nothing beside their 2xx.
    static func partialSuccess(_ body: [UInt8], _ signal: OTLPSignal) -> PartialSuccess? {
        switch signal {
        case .traces:
            guard let answer = otlp__export_trace_service_response__unpack(nil, body.count, body) else { return nil }
            defer { otlp__export_trace_service_response__free_unpacked(answer, nil) }
            return answer.pointee.partial_success.flatMap {
                make($0.pointee.rejected_spans, $0.pointee.error_message)
            }
        case .logs:
            guard let answer = otlp__export_logs_service_response__unpack(nil, body.count, body) else { return nil }
            defer { otlp__export_logs_service_response__free_unpacked(answer, nil) }
            return answer.pointee.partial_success.flatMap {
                make($0.pointee.rejected_log_records, $0.pointee.error_message)
            }
        case .metrics:
            guard let answer = otlp__export_metrics_service_response__unpack(nil, body.count, body) else { return nil }
            defer { otlp__export_metrics_service_response__free_unpacked(answer, nil) }
            return answer.pointee.partial_success.flatMap {
                make($0.pointee.rejected_data_points, $0.pointee.error_message)
            }
        }
    }

    private static func make(_ rejected: Int64, _ message: UnsafeMutablePointer<CChar>?) -> PartialSuccess? {
        let text = message.map { printable(String(cString: $0)) } ?? ""
        // An empty message is a full success, says the specification.
        return rejected > 0 || !text.isEmpty ? PartialSuccess(rejected: max(0, rejected), message: text) : nil
    }

    /// The destination's own words about a failure: the message of a `google.rpc.Status`, or a piece of a text body.
    static func errorText(_ body: [UInt8], contentType: String?) -> String? {
        let type = contentType?.lowercased() ?? ""
        if type.hasPrefix("application/x-protobuf") {
            guard let status = otlp__rpc_status__unpack(nil, body.count, body) else { return nil }
            defer { otlp__rpc_status__free_unpacked(status, nil) }
            let text = status.pointee.message.map { printable(String(cString: $0)) } ?? ""
            return text.isEmpty ? nil : text
        }
        guard type.hasPrefix("text/plain") || type.hasPrefix("application/json") else { return nil }
        let text = printable(String(decoding: body.prefix(4 * longestText), as: UTF8.self))
        return text.isEmpty ? nil : text
    }

    /// A foreign text, shortened and without control characters, so that it cannot forge lines of a log.
    private static func printable(_ text: String) -> String {
        String(
            text.prefix(longestText).unicodeScalars.map {
                $0.properties.generalCategory == .control ? " " : Character($0)
            })
    }
}
