extension StackFrame {
    /// The function, or where its code lies: `module+0x1f`, which tools that symbolize take.
    package var title: String {
        if let function { return function.printable }
        guard let module else { return "0x" + String(address, radix: 16) }
        return "\(module.printable)+0x" + String(offset, radix: 16)
    }

    /// `Payment.swift:42`, without the folders; nil where it is not known.
    package var location: String? {
        guard let file else { return nil }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        return (line.map { "\(name):\($0)" } ?? name).printable
    }
}

/// An async stack as lines, innermost frame first. Frames of the runtime between the program's own are only counted.
package enum StackText {
    package static func lines(of stack: [StackFrame]) -> [String] {
        let width = min(stack.filter { !$0.isSystem && $0.location != nil }.map(\.title.columns).max() ?? 0, 72)
        var lines: [String] = []
        var skipped = 0
        func tellSkipped() {
            if skipped > 0 { lines.append("(\(skipped) of the runtime)") }
            skipped = 0
        }
        for frame in stack {
            guard !frame.isSystem else {
                skipped += 1
                continue
            }
            tellSkipped()
            lines.append(frame.location.map { "\(frame.title.padded(to: width))  \($0)" } ?? frame.title)
        }
        tellSkipped()
        return lines
    }
}
