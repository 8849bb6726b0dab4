// Numbers in messages to people.

extension Int {
    /// `1 span`, `2 spans`.
    package func of(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }

    /// What is said of so many: `1 span was lost`, `2 spans were lost`.
    package func verb(_ singular: String, _ plural: String) -> String { self == 1 ? singular : plural }
}
