import Foundation

/// Counts the spans in what was exported, and those that were told twice. A line that a kill has cut short is none.
struct SpanCensus: Sendable {
    private(set) var spans = 0
    private(set) var toldTwice = 0
    private var ids: Set<String> = []

    init() {}

    /// Adds a life's file, and those that it was rotated into.
    /// - Returns: how many spans it has.
    mutating func add(_ file: TraceFile) throws -> Int {
        let before = spans
        try file.forEachRequest { request in
            for span in request {
                spans += 1
                if !ids.insert(span.traceId + span.spanId).inserted { toldTwice += 1 }
            }
        }
        return spans - before
    }
}
