import SagaTelemetry

/// What a setting's value looks like as text: how it is read, how it is written, and what an error says is allowed.
struct SettingForm<Value: Sendable>: Sendable {
    let allowed: String
    /// Nil for a text that is not allowed.
    let parse: @Sendable (String) -> Value?
    let text: @Sendable (Value) -> String
    /// What an error may show of a wrong text.
    var shown: @Sendable (String) -> String = { $0 }
}

extension SettingForm<Bool> {
    static let boolean = words("true", "false")
    static let onOff = words("on", "off")

    private static func words(_ yes: String, _ no: String) -> SettingForm {
        SettingForm(
            allowed: "\(yes) or \(no)",
            parse: { [yes: true, no: false][$0.lowercased()] },
            text: { $0 ? yes : no })
    }
}

extension SettingForm<Int> {
    static let count = whole("a whole number, 1 or more", 1...Int(Int32.max))
    static let countOrZero = whole("a whole number, 0 or more", 0...Int(Int32.max))
    static let bytes = whole("a whole number of bytes, 1 or more", 1...Int.max)
    static let keptFiles = whole("a whole number, 0 to 1000", 0...1000)
    static let port = whole("a port, 0 to 65535", 0...65535)

    static func whole(_ allowed: String, _ range: ClosedRange<Int>) -> SettingForm {
        SettingForm(
            allowed: allowed, parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } }, text: { String($0) })
    }

    /// Records that may wait, as the specification counts them: bytes of a ring, 512 a record. Rings go up to 1 GiB.
    static let queue = SettingForm(
        allowed: "a whole number, 1 to 2097152",
        parse: { Int($0).flatMap { (1...(1 << 21)).contains($0) ? $0 * 512 : nil } },
        text: { String($0 / 512) })
}

extension SettingForm<Duration> {
    static let milliseconds = SettingForm(
        allowed: "a whole number of milliseconds, 1 or more",
        parse: { SettingForm<Int>.count.parse($0).map { .milliseconds($0) } },
        text: { String(Int($0 / .milliseconds(1))) })
}

extension SettingForm<String> {
    static let text = SettingForm(allowed: "text", parse: { $0 }, text: { $0 })
    static let path = SettingForm(allowed: "the path of a file", parse: { $0 }, text: { $0 })
    static let url = SettingForm(
        allowed: "an http or https URL",
        parse: { $0.hasPrefix("http://") || $0.hasPrefix("https://") ? $0 : nil },
        text: { $0 },
        // Before the last `@` may stand `user:password`.
        shown: { url in url.lastIndex(of: "@").map { "…" + url[$0...] } ?? url })
}

extension SettingForm {
    /// One word of an enumeration's, in whichever case.
    static func choice() -> SettingForm where Value: RawRepresentable<String> & CaseIterable {
        SettingForm(
            allowed: Value.allCases.map(\.rawValue).joined(separator: ", "),
            parse: { text in Value.allCases.first { $0.rawValue == text.lowercased() } }, text: { $0.rawValue })
    }
}
