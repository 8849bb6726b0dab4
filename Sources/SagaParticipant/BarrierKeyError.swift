/// What is wrong with a key, and where.
public enum BarrierKeyError: Error, Hashable, Sendable {
    /// A part of a key, or the text of a whole one.
    public enum Part: String, Sendable {
        case run, step, text
    }

    case empty(Part)
    case tooLong(Part, bytes: Int, limit: Int)
    /// The first control character, and how many bytes of the part stand before it.
    case controlCharacter(Part, code: UInt32, offset: Int)
    /// The text does not have its three parts.
    case parts(Int)
    /// A percent sign without two hexadecimal digits, or bytes that are not UTF-8.
    case encoding(Part)
    /// The third part is neither `action` nor `compensation`.
    case unknownOperation
    /// The call is for the other endpoint of the step.
    case otherOperation(found: String, expected: String)
}

extension BarrierKeyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty(let part): "the \(part.rawValue) of the key is empty: give each call its run and its step"
        case .tooLong(let part, let bytes, let limit):
            "the \(part.rawValue) of the key has \(bytes) bytes, more than \(limit): take a shorter id or name"
        case .controlCharacter(let part, let code, let offset):
            "the \(part.rawValue) of the key has a control character at byte \(offset), code \(code): leave it out"
        case .parts(let count):
            "the key's text has \(count) part\(count == 1 ? "" : "s") between slashes: send RUN/STEP/action or "
                + "RUN/STEP/compensation, with %2F for a slash within a part"
        case .encoding(let part):
            "the \(part.rawValue) of the key is not percent-encoded UTF-8: two hexadecimal digits follow each %"
        case .unknownOperation: "the key's third part is neither action nor compensation: send one of the two"
        case .otherOperation(let found, let expected):
            "the key is of \(found), and this is the endpoint of \(expected): send the call to the other one"
        }
    }
}
