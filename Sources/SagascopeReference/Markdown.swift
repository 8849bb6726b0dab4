/// The few pieces of Markdown that the page is made of.
enum Markdown {
    /// A table whose cells may hold any text.
    static func table(_ header: [String], _ rows: [[String]]) -> String {
        ([header, header.map { _ in "---" }] + rows)
            .map { "| " + $0.map(cell).joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }

    static func code(_ text: String) -> String { text.isEmpty ? "" : "`\(text)`" }

    static func codes(_ texts: [String]) -> String { texts.map(code).joined(separator: ", ") }
}
