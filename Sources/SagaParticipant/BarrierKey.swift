import SagaTelemetry

/// What a participant is asked for: a step's work, or to take it back.
public enum BarrierOperation: String, Hashable, Sendable, CaseIterable {
    case action, compensation
}

/// Names one step of one run: the same for every delivery of its action, and of its compensation.
///
/// As text it is `RUN/STEP/action` or `RUN/STEP/compensation`, percent-encoded, for the header `Idempotency-Key`: calls
/// that do different things have different texts, and ``init(_:for:)`` gives both the same key.
public struct BarrierKey: Sendable {
    /// Of a run's id, and of a step's name, in UTF-8.
    public static let longestPart = 255

    public let run: String
    public let step: String
    /// ASCII, so that two keys are equal when their bytes are, as in a database.
    private let encoded: String

    /// - Parameters:
    ///   - run: the id of the run, 1 to 255 bytes of UTF-8 without control characters.
    ///   - step: the name of the step, likewise.
    public init(run: String, step: String) throws(BarrierKeyError) {
        try Self.check(run, .run)
        try Self.check(step, .step)
        self.run = run
        self.step = step
        encoded = Self.encode(run) + "/" + Self.encode(step)
    }

    /// The key of a call that arrived at the endpoint of `operation`, from the value of its header.
    public init(_ text: String, for operation: BarrierOperation) throws(BarrierKeyError) {
        let (key, found) = try Self.parse(text)
        guard found == operation else {
            throw .otherOperation(found: found.rawValue, expected: operation.rawValue)
        }
        self = key
    }

    /// The value of the header `Idempotency-Key`.
    public func text(of operation: BarrierOperation) -> String { encoded + "/" + operation.rawValue }

    /// Reads what ``text(of:)`` wrote.
    public static func parse(_ text: String) throws(BarrierKeyError) -> (key: BarrierKey, operation: BarrierOperation) {
        guard !text.isEmpty else { throw .empty(.text) }
        guard text.utf8.count <= longestText else {
            throw .tooLong(.text, bytes: text.utf8.count, limit: longestText)
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .parts(parts.count) }
        let key = try BarrierKey(run: decode(parts[0], .run), step: decode(parts[1], .step))
        guard let operation = BarrierOperation(rawValue: String(decoding: parts[2], as: UTF8.self)) else {
            throw .unknownOperation
        }
        return (key, operation)
    }

    /// Two parts of which every byte is encoded, two slashes, an operation.
    private static let longestText = 2 * 3 * longestPart + 2 + BarrierOperation.compensation.rawValue.utf8.count

    private static func check(_ text: String, _ part: BarrierKeyError.Part) throws(BarrierKeyError) {
        guard !text.isEmpty else { throw .empty(part) }
        guard text.utf8.count <= longestPart else {
            throw .tooLong(part, bytes: text.utf8.count, limit: longestPart)
        }
        let scalars = text.unicodeScalars
        guard let control = scalars.firstIndex(where: { $0.properties.generalCategory == .control }) else { return }
        throw .controlCharacter(
            part, code: scalars[control].value, offset: text.utf8.distance(from: text.startIndex, to: control))
    }

    /// Percent-encoding leaves slashes as they are, and here they part.
    private static func encode(_ part: String) -> String {
        PercentCoding.encode(part).split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
    }

    private static func decode(
        _ bytes: Substring.UTF8View, _ part: BarrierKeyError.Part
    ) throws(BarrierKeyError) -> String {
        let (decoded, isWhole) = PercentCoding.decode(bytes)
        guard isWhole, let text = String(validating: decoded, as: UTF8.self) else { throw .encoding(part) }
        return text
    }
}

extension BarrierKey: Hashable {
    public static func == (one: Self, other: Self) -> Bool { one.encoded == other.encoded }
    public func hash(into hasher: inout Hasher) { hasher.combine(encoded) }
}

extension BarrierKey: CustomStringConvertible {
    public var description: String { encoded }
}
