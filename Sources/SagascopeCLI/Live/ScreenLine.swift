import TaskInspection

/// A line of the screen, without control characters.
struct ScreenLine: Equatable {
    enum Style: Equatable {
        case plain, faint, bold, title, chosen, warning
    }

    var text: String
    var style = Style.plain

    init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }

    /// Cut to the width; titles and the chosen line are as wide as the screen.
    func fitted(to columns: Int) -> ScreenLine {
        let cut = text.columns > columns ? String(text.prefix(max(0, columns - 1))) + "…" : text
        let isFilled = style == .title || style == .chosen
        return ScreenLine(isFilled ? cut.padded(to: columns) : cut, style)
    }
}

/// In characters.
struct ScreenSize: Equatable {
    var rows: Int
    var columns: Int
}
