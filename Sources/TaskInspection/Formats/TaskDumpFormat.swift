/// How a ``TaskDump`` is written.
public enum TaskDumpFormat: String, Sendable, CaseIterable {
    /// The dump as it is, for programs: one object on one line, keys sorted; `TaskDump` decodes it.
    case json
    /// For people: what is wrong first, then the tasks of each saga run, then the stacks.
    case text
    /// Async stacks for flame graphs: `saga;step;outermost;…;innermost count`, a line for each that differs.
    case folded

    /// The media type of what ``render(_:)`` gives.
    public var contentType: String {
        switch self {
        case .json: "application/json"
        case .text, .folded: "text/plain; charset=utf-8"
        }
    }

    /// - Returns: UTF-8, with a line feed at the end unless it is empty.
    public func render(_ dump: TaskDump) -> [UInt8] {
        switch self {
        case .json: dump.json
        case .text: Array(TaskDumpText(dump).text.utf8)
        case .folded: FoldedStacks(dump).bytes
        }
    }
}
