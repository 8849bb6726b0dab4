import Foundation
import Testing

/// A Prometheus page as the official Python parsers and protobuf library read it: `Tests/Tools/prometheus_judge.py`.
public struct ParsedExposition: Decodable, Sendable {
    public enum Syntax: String, Sendable {
        case text, openmetrics, protobuf
    }

    public struct Family: Decodable, Sendable {
        public let name: String
        public let type: String
        public let unit: String
        public let help: String
        public let samples: [Sample]
    }

    public struct Sample: Decodable, Sendable {
        public let name: String
        public let labels: [String: String]
        public let value: ExactNumber
        public let exemplar: Exemplar?
        public let native: Native?
    }

    public struct Exemplar: Decodable, Sendable, Equatable {
        public let labels: [String: String]
        public let value: ExactNumber
        /// Seconds with nine decimals.
        public let time: String?

        public init(labels: [String: String], value: ExactNumber, time: String?) {
            self.labels = labels
            self.value = value
            self.time = time
        }
    }

    /// A native histogram; counts by bucket index, empty ones left out.
    public struct Native: Decodable, Sendable {
        public let schema: Int
        public let zeroThreshold: ExactNumber
        public let zeroCount: UInt64
        public let positive: [String: UInt64]
        public let negative: [String: UInt64]
        public let exemplars: [Exemplar]
    }

    public let families: [Family]

    public init(from decoder: any Decoder) throws {
        families = try decoder.singleValueContainer().decode([Family].self)
    }

    /// - Throws: ``Judge/Refusal`` for a page that the parser refuses.
    public static func read(_ page: [UInt8], as syntax: Syntax) async throws -> ParsedExposition {
        let script = Tool.packageRoot.appending(path: "Tests/Tools/prometheus_judge.py").path
        let verdict = try await Judge.python.run([script, syntax.rawValue, "/dev/stdin"], input: page)
        guard verdict.exitCode == 0 else { throw Judge.Refusal(description: verdict.text) }
        return try JSONDecoder().decode(ParsedExposition.self, from: Data(verdict.output))
    }

    public subscript(name: String) -> Family? { families.first { $0.name == name } }

    public var samples: [Sample] { families.flatMap(\.samples) }

    /// The only sample of this name whose labels contain `labels`.
    public func sample(_ name: String, _ labels: [String: String] = [:]) -> Sample? {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.count == 1 ? found[0] : nil
    }
}

/// A double that came as a hexadecimal text; NaN is NaN's equal, since a test asks whether it arrived.
public struct ExactNumber: Decodable, Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public let value: Double

    public init(_ value: Double) { self.value = value }
    public init(floatLiteral value: Double) { self.value = value }
    public init(integerLiteral value: Int) { self.value = Double(value) }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Double(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not a number")
        }
        self.value = value
    }

    public static func == (left: ExactNumber, right: ExactNumber) -> Bool {
        left.value == right.value || (left.value.isNaN && right.value.isNaN)
    }
}
