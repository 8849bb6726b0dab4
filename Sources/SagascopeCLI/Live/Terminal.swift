import CSagascope
import Glibc

/// The terminal as a screen of our own, without echo and line editing, until ``leave()``.
struct Terminal: ~Copyable {
    private let saved: termios
    private var isEntered = false

    init() throws(TerminalError) {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw TerminalError(code: errno) }
        saved = settings
        enter()
    }

    deinit { if isEntered { Self.restore(saved) } }

    /// Also after the program was stopped and goes on: the shell has put its own settings back.
    mutating func enter() {
        var raw = saved
        cfmakeraw(&raw)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
        // The other screen, which has no history; no cursor; lines that are too long do not wrap.
        Output.results.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
        isEntered = true
    }

    /// Gives the terminal back as it was.
    mutating func leave() {
        if isEntered { Self.restore(saved) }
        isEntered = false
    }

    private static func restore(_ saved: termios) {
        Output.results.write("\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
        var settings = saved
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    var size: ScreenSize {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return ScreenSize(rows: 24, columns: 80)
        }
        return ScreenSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
    }

    /// - Returns: false when the terminal is gone.
    func draw(_ lines: [ScreenLine]) -> Bool {
        // Over what is there, each line up to its end: nothing flickers.
        let text = lines.map { "\(Self.code($0.style))\($0.text)\u{1B}[0m\u{1B}[K" }.joined(separator: "\r\n")
        return Output.results.write("\u{1B}[H\(text)\u{1B}[J")
    }

    private static func code(_ style: ScreenLine.Style) -> String {
        switch style {
        case .plain: ""
        case .faint: "\u{1B}[2m"
        case .bold: "\u{1B}[1m"
        case .title: "\u{1B}[7m"
        case .chosen: "\u{1B}[7;1m"
        case .warning: "\u{1B}[33m"
        }
    }
}

/// The terminal cannot be used as a screen.
struct TerminalError: Error, CustomStringConvertible {
    let code: Int32
    var description: String {
        "this terminal cannot be used (\(String(cString: strerror(code)))); --format text prints instead."
    }
}
