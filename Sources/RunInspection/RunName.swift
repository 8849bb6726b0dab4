import SagaTelemetry

/// What an operator calls a run: its id, a unique beginning of it, or the application's own id.
package struct RunName: Sendable, Equatable {
    package let text: String
    /// The text as the digits of an id; nil when it is none.
    private let digits: String?

    /// A shorter beginning is too easily another run's.
    package static let shortestPrefix = 4

    package init(_ text: String) {
        self.text = text
        let isPrefix = (Self.shortestPrefix...32).contains(text.utf8.count)
        digits = isPrefix && text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit } ? text.lowercased() : nil
    }

    /// When it is a whole id.
    package var id: TraceID? { digits.flatMap { TraceID($0) } }

    /// How well it fits, the best first.
    package enum Match: Int, Sendable, Comparable {
        case id, key, prefix

        package static func < (one: Match, other: Match) -> Bool { one.rawValue < other.rawValue }
    }

    /// - Parameters:
    ///   - run: its id, 32 hexadecimal digits.
    ///   - key: the application's own; nil where it is not known.
    package func match(run: String, key: String?) -> Match? {
        if digits == run { return .id }
        if let key, key == text, !key.isEmpty { return .key }
        return digits.map { run.hasPrefix($0) } == true ? .prefix : nil
    }

    /// The one that fits best.
    /// - Throws: ``RunProblem`` when there is none, or more than one that fits as well.
    package func only<Run>(
        of runs: some Sequence<Run>, run: (Run) -> String, key: (Run) -> String?
    ) throws(RunProblem) -> Run {
        var best: (match: Match, runs: [Run], count: Int)?
        for candidate in runs {
            guard let match = match(run: run(candidate), key: key(candidate)), match <= best?.match ?? .prefix else {
                continue
            }
            if match != best?.match { best = (match, [], 0) }
            best?.count += 1
            if best?.runs.count ?? 0 < RunProblem.shownCandidates { best?.runs.append(candidate) }
        }
        guard let best, let first = best.runs.first else { throw .unknown(self) }
        guard best.count == 1 else { throw .ambiguous(self, best.runs.map(run), of: best.count) }
        return first
    }
}
