/// A page of the Prometheus text format 0.0.4, read strictly, and by other means than it was written with.
public struct ExpositionPage: Sendable {
    public struct Sample: Sendable, Equatable {
        public let name: String
        public let labels: [String: String]
        public let value: Double
    }

    public struct Family: Sendable {
        public let name: String
        public let help: String
        public var type = ""
        public var samples: [Sample] = []
    }

    public struct Malformed: Error, CustomStringConvertible {
        let line: Int
        let reason: String
        public var description: String { "line \(line): \(reason)" }
    }

    public private(set) var families: [Family] = []

    /// Throws for anything that the format forbids: a sample outside its family, a family twice, a duplicate series, a line
    /// without its end, families out of order.
    public init(_ bytes: [UInt8]) throws(Malformed) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Malformed(line: 0, reason: "not UTF-8")
        }
        guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else {
            throw Malformed(line: 0, reason: "the last line does not end")
        }
        var seen: Set<String> = []
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n")).enumerated() {
            do {
                try read(String(Substring(line)), seen: &seen)
            } catch {
                throw Malformed(line: index + 1, reason: "\(error.reason) in: \(Substring(line.prefix(200)))")
            }
        }
    }

    public subscript(name: String) -> Family? { families.first { $0.name == name } }

    /// The only sample of this name whose labels contain `labels`.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = families.flatMap(\.samples).filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.count == 1 ? found[0].value : nil
    }

    private struct Fault: Error { let reason: String }

    private mutating func read(_ line: String, seen: inout Set<String>) throws(Fault) {
        if line.hasPrefix("# HELP ") {
            let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Fault(reason: "HELP without text") }
            if let last = families.last, last.name >= String(parts[0]) { throw Fault(reason: "not sorted, or twice") }
            families.append(Family(name: String(parts[0]), help: Self.unescaped(parts[1])))
        } else if line.hasPrefix("# TYPE ") {
            let parts = line.dropFirst(7).split(separator: " ")
            guard parts.count == 2, parts[0] == families.last?.name ?? "", families.last?.type == "",
                ["counter", "gauge", "histogram"].contains(parts[1])
            else { throw Fault(reason: "misplaced or unknown TYPE") }
            families[families.count - 1].type = String(parts[1])
        } else {
            let sample = try Self.sample(line)
            guard let family = families.last, Self.belongs(sample, to: family)
            else { throw Fault(reason: "sample outside its family") }
            let identity = sample.name + "\(sample.labels.sorted { $0.key < $1.key })"
            guard seen.insert(identity).inserted else { throw Fault(reason: "duplicate series") }
            families[families.count - 1].samples.append(sample)
        }
    }

    private static func belongs(_ sample: Sample, to family: Family) -> Bool {
        guard family.type == "histogram" else { return sample.name == family.name && sample.labels["le"] == nil }
        switch sample.name {
        case family.name + "_bucket": return sample.labels["le"] != nil
        case family.name + "_sum", family.name + "_count": return sample.labels["le"] == nil
        default: return false
        }
    }

    private static func sample(_ line: String) throws(Fault) -> Sample {
        var rest = Substring(line)
        let name = take(&rest) { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        guard let first = name.first, !first.isNumber else { throw Fault(reason: "bad metric name") }
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest.removeFirst()
                let label = take(&rest) { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
                guard let first = label.first, !first.isNumber, rest.hasPrefix("=\"")
                else { throw Fault(reason: "bad label name") }
                rest.removeFirst(2)
                let value = try quoted(&rest)
                guard labels.updateValue(value, forKey: label) == nil else { throw Fault(reason: "label twice") }
            } while rest.first == ","
            guard rest.first == "}" else { throw Fault(reason: "labels do not end") }
            rest.removeFirst()
        }
        guard rest.first == " ", let value = number(rest.dropFirst()) else { throw Fault(reason: "bad value") }
        return Sample(name: name, labels: labels, value: value)
    }

    private static func take(_ rest: inout Substring, while isPart: (Character) -> Bool) -> String {
        let part = rest.prefix(while: isPart)
        rest.removeFirst(part.count)
        return String(part)
    }

    /// Reads by scalars: a quote followed by a combining accent is still the end.
    private static func quoted(_ rest: inout Substring) throws(Fault) -> String {
        var value = String.UnicodeScalarView()
        var scalars = rest.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == "\"" {
                rest = Substring(scalars)
                return String(value)
            }
            guard scalar == "\\" else {
                value.append(scalar)
                continue
            }
            switch scalars.popFirst() {
            case "n": value.append("\n")
            case "\\": value.append("\\")
            case "\"": value.append("\"")
            default: throw Fault(reason: "unknown escape")
            }
        }
        throw Fault(reason: "label value does not end")
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "NaN": .nan
        case "+Inf": .infinity
        case "-Inf": -.infinity
        default: text.contains { $0.isLetter && $0 != "e" } ? nil : Double(text)
        }
    }

    private static func unescaped(_ help: Substring) -> String {
        var text = ""
        var isEscaped = false
        for character in help {
            if isEscaped {
                text.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                text.append(character)
            }
        }
        return text
    }
}
