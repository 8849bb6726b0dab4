import Foundation

/// All rows of a run and the machine they were measured on.
struct Report: Encodable {
    let machine: String
    let benches: [Row]

    /// The table for people.
    var text: String {
        let cells = [Self.heads] + benches.map(Self.cells)
        let widths = Self.heads.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let lines = cells.map { row in
            let padded = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return Self.isText[column] ? row[column] + padding : padding + row[column]
            }
            return padded.joined(separator: "  ")
        }
        return machine + "\n\n" + lines.joined(separator: "\n") + "\n"
    }

    func writeJSON(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try encoder.encode(self).write(to: file, options: .atomic)
    }

    private static let heads = ["bench", "value", "unit", "reference", "value", "ratio", "mallocs", "samples"]
    private static let isText = [true, false, true, true, false, false, false, false]

    private static func cells(_ row: Row) -> [String] {
        [
            row.name, number(row.value), row.unit.rawValue, row.reference, number(row.referenceValue),
            String(format: "%.2f", row.ratio), String(format: "%.2f", row.mallocs), String(row.samples),
        ]
    }

    /// Three digits that mean something.
    private static func number(_ value: Double) -> String {
        String(format: value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value)
    }
}
