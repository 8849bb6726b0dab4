import SagaLog

/// What `log verify` and `log ls` print as JSON: the report, and what it comes to.
struct LogVerdict: Encodable {
    private let report: LogReport
    private let place: LogPlace

    init(_ report: LogReport, _ place: LogPlace) {
        self.report = report
        self.place = place
    }

    private enum CodingKeys: CodingKey { case directory, condition, durable, writer }

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(place.path, forKey: .directory)
        try container.encode(report.condition, forKey: .condition)
        try container.encodeIfPresent(place.view?.durable, forKey: .durable)
        try container.encodeIfPresent(place.writer, forKey: .writer)
    }

    /// For people: what is there, what is wrong, and what to do.
    var text: String {
        var lines = ["\(place.path): \(contents)"]
        switch report.condition {
        case .sound: lines.append("sound")
        case .torn: lines += torn
        case .corrupt:
            lines += report.damages.map { "corrupt: \($0)" } + torn
            lines.append(
                """
                What to do: keep the directory as it is, and restore the named files from a copy if there is one. Otherwise
                `sagascope log salvage \(place.path) OUT` copies what can be kept: a log of everything before the damage, and
                the records behind it to be read.
                """)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var contents: String {
        let segments = countText(UInt64(report.segments.count), "segment")
        guard report.records > 0 else { return "\(segments), no records" }
        let epochs = (report.segments.first?.firstEpoch ?? 0, report.segments.last?.lastEpoch ?? 0)
        return "\(segments), \(countText(report.records, "record")) from LSN \(report.first) to \(report.last), "
            + "\(byteText(report.bytes)), "
            + (epochs.0 == epochs.1 ? "epoch \(epochs.0)" : "epochs \(epochs.0) to \(epochs.1)")
    }

    private var torn: [String] {
        guard let torn = report.torn else { return [] }
        let place = "\(torn.file) at byte \(torn.offset)"
        if let writer = self.place.writer { return ["sound up to \(place), where process \(writer) is writing"] }
        return [
            """
            torn: the last sync was cut short in \(place): \(countText(torn.bytes, "byte")) with \
            \(countText(torn.records, "whole record")) that were never said to be durable.
            What to do: nothing. Opening the log for writing cuts them off, and keeps a copy.
            """
        ]
    }
}
