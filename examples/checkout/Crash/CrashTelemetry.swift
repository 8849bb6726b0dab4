import Sagascope

/// How many spans each process has exported, as the files have it; nil where they went elsewhere.
struct CrashTelemetry: Sendable {
    let firstLife: Int?
    let secondLife: Int?
    let participants: Int?
    let toldTwice: Int?

    /// - Throws: when a file cannot be read back.
    init(_ folder: OutputFolder, isInFiles: Bool) throws {
        guard isInFiles else {
            (firstLife, secondLife, participants, toldTwice) = (nil, nil, nil, nil)
            return
        }
        var census = SpanCensus()
        firstLife = try census.add(TraceFile(path: folder.traces(ofLife: 1)))
        secondLife = try census.add(TraceFile(path: folder.traces(ofLife: 2)))
        participants = try census.add(TraceFile(path: folder.traces))
        toldTwice = census.toldTwice
    }

    var disagreements: [String] {
        guard let toldTwice, toldTwice > 0 else { return [] }
        return ["\(toldTwice) spans were told twice"]
    }
}
