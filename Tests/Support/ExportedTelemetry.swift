import Foundation

/// What an OTLP/JSON file holds, line by line, as far as tests look at it.
public struct ExportedTelemetry: Sendable {
    public private(set) var spans: [ExportedSpan] = []
    public private(set) var logs: [ExportedLog] = []
    public private(set) var metricNames: Set<String> = []
    /// `service.name` and friends, of the last line.
    public private(set) var resource: [String: ExportedValue] = [:]

    /// A file that does not exist holds nothing.
    public init(file: URL) throws {
        guard let data = try? Data(contentsOf: file) else { return }
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let request = try JSONDecoder().decode(Request.self, from: line)
            for group in request.resourceSpans ?? [] {
                resource = group.resource.dictionary
                spans += group.scopeSpans.flatMap(\.spans)
            }
            for group in request.resourceLogs ?? [] { logs += group.scopeLogs.flatMap(\.logRecords) }
            for group in request.resourceMetrics ?? [] {
                metricNames.formUnion(group.scopeMetrics.flatMap(\.metrics).map(\.name))
            }
        }
    }

    public func span(_ name: String) -> ExportedSpan? { spans.first { $0.name == name } }

    public func spans(named name: String) -> [ExportedSpan] { spans.filter { $0.name == name } }

    /// Messages of a logger with this label.
    public func messages(of logger: String) -> [ExportedLog] { logs.filter { $0["logger.name"] == .string(logger) } }

    public func logs(named name: String) -> [ExportedLog] { logs.filter { $0.eventName == name } }
}

public struct ExportedSpan: Sendable, Decodable {
    public let traceId: String
    public let spanId: String
    public let parentSpanId: String?
    public let name: String
    public let kind: Int
    public let startTimeUnixNano: String
    public let endTimeUnixNano: String
    public let flags: UInt32?
    public let traceState: String?
    public let attributes: [ExportedPair]?
    public let droppedAttributesCount: Int?
    public let droppedEventsCount: Int?
    public let droppedLinksCount: Int?
    public let events: [Event]?
    public let links: [Link]?
    public let status: Status?

    public struct Event: Sendable, Decodable {
        public let name: String
        public let timeUnixNano: String
        public let attributes: [ExportedPair]?
        public let droppedAttributesCount: Int?
    }

    public struct Link: Sendable, Decodable {
        public let traceId: String
        public let spanId: String
        public let attributes: [ExportedPair]?
        public let droppedAttributesCount: Int?
    }

    public struct Status: Sendable, Decodable {
        public let code: Int?
        public let message: String?
    }

    public subscript(key: String) -> ExportedValue? { attributes?.last { $0.key == key }?.value }
    public var start: UInt64 { UInt64(startTimeUnixNano) ?? 0 }
    public var end: UInt64 { UInt64(endTimeUnixNano) ?? 0 }
    public var keys: [String] { attributes?.map(\.key) ?? [] }
}

public struct ExportedLog: Sendable, Decodable {
    public let timeUnixNano: String
    public let eventName: String?
    public let severityNumber: Int
    public let severityText: String?
    public let body: ExportedValue?
    public let flags: UInt32?
    public let traceId: String?
    public let spanId: String?
    public let attributes: [ExportedPair]?
    public let droppedAttributesCount: Int?

    public subscript(key: String) -> ExportedValue? { attributes?.last { $0.key == key }?.value }
}

public struct ExportedPair: Sendable, Decodable {
    public let key: String
    public let value: ExportedValue
}

/// An AnyValue. Integers are strings in OTLP/JSON.
public indirect enum ExportedValue: Sendable, Hashable, Decodable {
    /// `{}`: what the collector writes for the body of an event, which has none.
    case nothing
    case string(String)
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case bytes([UInt8])
    case array([ExportedValue])
    case keyValues([String: ExportedValue])

    private enum Kind: String, CodingKey {
        case stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue
    }
    private struct List<Element: Decodable>: Decodable { let values: [Element]? }

    public init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: Kind.self)
        if let text = try box.decodeIfPresent(String.self, forKey: .stringValue) {
            self = .string(text)
        } else if let flag = try box.decodeIfPresent(Bool.self, forKey: .boolValue) {
            self = .bool(flag)
        } else if let number = try box.decodeIfPresent(String.self, forKey: .intValue).flatMap({ Int64($0) }) {
            self = .int(number)
        } else if let number = try? box.decodeIfPresent(Double.self, forKey: .doubleValue) {
            self = .double(number)
        } else if let text = try box.decodeIfPresent(String.self, forKey: .doubleValue) {
            self = .double(Double(text.lowercased()) ?? .nan)
        } else if let data = try box.decodeIfPresent(Data.self, forKey: .bytesValue) {
            self = .bytes(Array(data))
        } else if let list = try box.decodeIfPresent(List<ExportedValue>.self, forKey: .arrayValue) {
            self = .array(list.values ?? [])
        } else if box.allKeys.isEmpty {
            self = .nothing
        } else {
            // Nothing at all is what a Collector writes for the body of a record that has none.
            let list = try box.decodeIfPresent(List<ExportedPair>.self, forKey: .kvlistValue)
            self = .keyValues(Dictionary((list?.values ?? []).map { ($0.key, $0.value) }) { $1 })
        }
    }
}

private struct Request: Decodable {
    struct Resource: Decodable {
        let attributes: [ExportedPair]?
        var dictionary: [String: ExportedValue] { Dictionary((attributes ?? []).map { ($0.key, $0.value) }) { $1 } }
    }
    struct ScopeSpans: Decodable { let spans: [ExportedSpan] }
    struct ScopeLogs: Decodable { let logRecords: [ExportedLog] }
    struct ScopeMetrics: Decodable { let metrics: [Metric] }
    struct Metric: Decodable { let name: String }
    struct ResourceSpans: Decodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }
    struct ResourceLogs: Decodable { let scopeLogs: [ScopeLogs] }
    struct ResourceMetrics: Decodable { let scopeMetrics: [ScopeMetrics] }

    let resourceSpans: [ResourceSpans]?
    let resourceLogs: [ResourceLogs]?
    let resourceMetrics: [ResourceMetrics]?
}
