import Foundation

/// Reads spans back out of what was exported: OTLP/JSON, one request a line.
struct TraceFile {
    /// The file written last, and those that it was rotated into.
    let paths: [String]

    init(path: String) {
        let rotated = (1...9).map { "\(path).\($0)" }
        paths = [path] + rotated.filter(FileManager.default.fileExists(atPath:))
    }

    /// The spans of one trace; empty when the file has none.
    ///
    /// Only lines that mention the trace are decoded: the file of a long run is large.
    func spans(ofTrace id: String) throws -> [ExportedSpan] {
        try paths.flatMap { try spans(ofTrace: id, in: $0) }
    }

    private func spans(ofTrace id: String, in path: String) throws -> [ExportedSpan] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        var spans: [ExportedSpan] = []
        let wanted = Data(id.utf8)
        var position = data.startIndex
        while let hit = data.range(of: wanted, in: position..<data.endIndex) {
            let newline = UInt8(ascii: "\n")
            let start = data[..<hit.lowerBound].lastIndex(of: newline).map { $0 + 1 } ?? data.startIndex
            let end = data[hit.upperBound...].firstIndex(of: newline) ?? data.endIndex
            let request = try JSONDecoder().decode(TraceRequest.self, from: data[start..<end])
            spans += (request.resourceSpans ?? []).flatMap(\.scopeSpans).flatMap(\.spans).filter { $0.traceId == id }
            position = end
        }
        return spans
    }
}

extension TraceFile {
    /// The spans of each line that ends, one line after the other.
    func forEachRequest(_ body: ([ExportedSpan]) throws -> Void) throws {
        for path in paths where FileManager.default.fileExists(atPath: path) {
            let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
            var start = data.startIndex
            while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let request = try JSONDecoder().decode(TraceRequest.self, from: data[start..<end])
                try body((request.resourceSpans ?? []).flatMap(\.scopeSpans).flatMap(\.spans))
                start = end + 1
            }
        }
    }
}

/// The part of an OTLP span that the drawing needs; names as in OTLP/JSON.
struct ExportedSpan: Decodable {
    struct Attribute: Decodable {
        struct Value: Decodable {
            let stringValue: String?
            let intValue: String?
            let boolValue: Bool?
        }

        let key: String
        let value: Value
    }

    struct Status: Decodable {
        let code: Int?
    }

    let traceId: String
    let spanId: String
    let parentSpanId: String?
    let name: String
    /// Nanoseconds since the Unix epoch; 64-bit integers are strings in OTLP/JSON.
    let startTimeUnixNano: String
    let endTimeUnixNano: String
    let attributes: [Attribute]?
    let status: Status?

    var start: UInt64 { UInt64(startTimeUnixNano) ?? 0 }
    var end: UInt64 { UInt64(endTimeUnixNano) ?? 0 }
    var hasFailed: Bool { status?.code == 2 }

    func attribute(_ key: String) -> String? {
        let value = attributes?.first { $0.key == key }?.value
        return value?.stringValue ?? value?.intValue ?? value?.boolValue.map { "\($0)" }
    }
}

/// One line of the file, as far as traces go: lines of other signals have no `resourceSpans`.
private struct TraceRequest: Decodable {
    struct ResourceSpans: Decodable { let scopeSpans: [ScopeSpans] }
    struct ScopeSpans: Decodable { let spans: [ExportedSpan] }

    let resourceSpans: [ResourceSpans]?
}
