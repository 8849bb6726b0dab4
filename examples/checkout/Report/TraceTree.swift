/// Draws one trace: spans nested below their parents, each with a bar on the time line of the whole.
struct TraceTree {
    private static let labelWidth = 58
    private static let barWidth = 36

    private let children: [String: [ExportedSpan]]
    private let roots: [ExportedSpan]
    private let start: UInt64
    private let duration: Double

    init(_ spans: [ExportedSpan]) {
        let ids = Set(spans.map(\.spanId))
        let sorted = spans.sorted { ($0.start, $1.end) < ($1.start, $0.end) }
        children = Dictionary(grouping: sorted) { $0.parentSpanId ?? "" }
        // A span whose parent was not exported is drawn at the top rather than not at all.
        roots = sorted.filter { !ids.contains($0.parentSpanId ?? "") }
        start = spans.map(\.start).min() ?? 0
        duration = Double(max(1, (spans.map(\.end).max() ?? 0) - start))
    }

    var text: String {
        var lines = [
            "span".padded(to: Self.labelWidth) + "from ms".aligned(right: 9) + "took ms".aligned(right: 9)
        ]
        for root in roots { draw(root, indent: "", isLast: true, isRoot: true, into: &lines) }
        return lines.joined(separator: "\n")
    }

    private func draw(_ span: ExportedSpan, indent: String, isLast: Bool, isRoot: Bool, into lines: inout [String]) {
        let label = isRoot ? span.label : indent + (isLast ? "└─ " : "├─ ") + span.label
        let offset = Double(span.start - start)
        let length = Double(span.end - min(span.start, span.end))
        let bar = bar(offset: offset, length: length)
        lines.append(
            String(label.prefix(Self.labelWidth - 1)).padded(to: Self.labelWidth)
                + (offset / 1e6).fixed(1).aligned(right: 9) + (length / 1e6).fixed(1).aligned(right: 9)
                + "  " + (span.hasFailed ? bar.padded(to: Self.barWidth) + " ✗" : bar))
        let below = children[span.spanId] ?? []
        let deeper = isRoot ? indent : indent + (isLast ? "   " : "│  ")
        for (index, child) in below.enumerated() {
            draw(child, indent: deeper, isLast: index == below.count - 1, isRoot: false, into: &lines)
        }
    }

    private func bar(offset: Double, length: Double) -> String {
        let scale = Double(Self.barWidth) / duration
        let from = min(Self.barWidth - 1, Int(offset * scale))
        let cells = min(Self.barWidth - from, max(1, Int((length * scale).rounded())))
        // A mark for what is shorter than half a cell, so that it is not taken for a whole one.
        let fill = length * scale < 0.5 ? "▏" : String(repeating: "█", count: cells)
        return String(repeating: " ", count: from) + fill
    }
}

extension ExportedSpan {
    /// The name, with what its attributes say of how it went.
    fileprivate var label: String {
        var label = name
        if let attempt = attribute("saga.step.attempt"), attempt != "1" { label += " (attempt \(attempt))" }
        if let status = attribute("http.response.status_code") { label += " → \(status)" }
        if let answer = attribute("checkout.answer"), answer != "done" { label += " → \(answer)" }
        if attribute("checkout.replayed") == "true" { label += " (replayed)" }
        // Of a qualified name the last part says it.
        if let error = attribute("error.type") { label += ": \(error.split(separator: ".").last ?? "")" }
        return label
    }
}
