import Configuration

/// Any JSON value.
enum JSON: Decodable, Equatable, Sendable {
    case null
    case flag(Bool)
    case whole(Int)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int.self) {
            self = .whole(number)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    /// Nil for null, which sets nothing. A list of texts stands for texts between commas, an object of texts for pairs.
    var content: ConfigContent? {
        switch self {
        case .null: nil
        case .flag(let flag): .bool(flag)
        case .whole(let number): .int(number)
        case .number(let number): .double(number)
        case .text(let text): .string(text)
        case .list(let values): .stringArray(values.map(\.plainText))
        case .object(let members):
            .string(
                SettingForm.pairs.text(
                    members.sorted { $0.key < $1.key }.map { SettingPair(key: $0.key, value: $0.value.plainText) }))
        }
    }

    private var plainText: String {
        switch self {
        case .null: ""
        case .flag(let flag): String(flag)
        case .whole(let number): String(number)
        case .number(let number): String(number)
        case .text(let text): text
        case .list(let values): values.map(\.plainText).joined(separator: ",")
        case .object: "{…}"
        }
    }
}
