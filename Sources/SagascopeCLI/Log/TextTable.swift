import TaskInspection

/// Rows under titles, each column as wide as its widest cell.
struct TextTable {
    struct Column {
        let title: String
        var isNumber = false
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ cells: [String]) { rows.append(cells.map(\.printable)) }

    var text: String {
        guard !rows.isEmpty else { return "" }
        let lines = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in lines.map { $0[column].columns }.max() ?? 0 }
        return lines.map { cells in
            var line = ""
            for (number, cell) in cells.enumerated() {
                if number > 0 { line += "  " }
                line += columns[number].isNumber ? cell.aligned(right: widths[number]) : cell.padded(to: widths[number])
            }
            while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
