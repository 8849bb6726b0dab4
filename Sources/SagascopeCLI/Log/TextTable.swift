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

/// `512 B`, `1.5 KiB`, `64 MiB`
func byteText(_ bytes: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 1024, unit < units.count - 1 {
        value /= 1024
        unit += 1
    }
    let tenths = (value * 10).rounded(.down) / 10
    return unit == 0 || tenths >= 100 || tenths == tenths.rounded()
        ? "\(Int(tenths)) \(units[unit])" : "\(tenths) \(units[unit])"
}

/// `1 record`, `2 records`
func countText(_ count: UInt64, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
