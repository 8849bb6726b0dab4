import Foundation
import Glibc

/// Text for people: results on standard output, everything on the way there on standard error.
enum Console {
    static var errorsGoToTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func print(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    static func progress(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

extension BinaryInteger {
    /// With a comma between each three digits: 12,345.
    var grouped: String {
        var text = ""
        for (position, digit) in String(magnitude).reversed().enumerated() {
            if position > 0, position.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + String(text.reversed())
    }
}

extension Double {
    /// With a fixed number of digits after the point.
    func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    func aligned(right width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
