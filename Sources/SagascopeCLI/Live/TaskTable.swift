import TaskInspection

/// The list of the live view: a line of titles, and the tasks that fit.
struct TaskTable {
    private let state: ViewState
    private let rows: [LiveTask]

    /// - Parameter page: how many tasks fit.
    init(_ state: ViewState, page: Int) {
        self.state = state
        rows = Array(state.tasks.dropFirst(state.listTop).prefix(page))
    }

    var lines: [ScreenLine] {
        let cells = rows.map { task in TaskColumn.allCases.map { Self.cell($0, of: task) } }
        let widths = TaskColumn.allCases.enumerated().map { number, column in
            max(Self.leastWidth(column), cells.map { $0[number].columns }.max() ?? 0)
        }
        let titles = ScreenLine(Self.line(TaskColumn.allCases.map(title), widths), .title)
        return [titles]
            + zip(rows, cells).map { task, cells in
                ScreenLine(Self.line(cells, widths), task.id == state.chosen ? .chosen : style(of: task))
            }
    }

    private func style(of task: LiveTask) -> ScreenLine.Style { task.warnings.isEmpty ? .plain : .warning }

    /// With an arrow where it is sorted.
    private func title(_ column: TaskColumn) -> String {
        guard column == state.selection.order.column else { return column.title }
        return column.title + (state.selection.isReversed ? "▲" : "▼")
    }

    /// Columns of durations keep their width, so that the table does not jump about.
    private static func leastWidth(_ column: TaskColumn) -> Int {
        switch column {
        case .age, .ready, .busy, .blocked: 8
        case .state: "blocked 999 ms".columns
        case .id, .runs: 5
        default: column.title.columns
        }
    }

    private static func cell(_ column: TaskColumn, of task: LiveTask) -> String {
        let text = column.text(of: task)
        let limit = 28
        switch column {
        case .saga, .step, .name, .waitsFor: return text.columns > limit ? String(text.prefix(limit - 1)) + "…" : text
        default: return text
        }
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        zip(TaskColumn.allCases, zip(cells, widths)).map { column, cell in
            column.isNumber ? cell.0.aligned(right: cell.1) : cell.0.padded(to: cell.1)
        }.joined(separator: "  ")
    }
}
