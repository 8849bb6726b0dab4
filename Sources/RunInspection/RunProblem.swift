/// Why nothing could be told of a run, or done with it.
package struct RunProblem: Error, Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        /// No open run is called that.
        case unknown
        /// Several are.
        case ambiguous
        /// The run is there, and not in a state that allows this; or it was tried and failed.
        case notAllowed = "not_allowed"
        /// What was asked makes no sense.
        case malformed
        /// Without a token nobody may change anything.
        case needsToken = "needs_token"
        /// Too much is asked at once.
        case busy
        /// The log cannot be read.
        case log
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    static let shownCandidates = 10

    package static func unknown(_ name: RunName) -> Self {
        Self(
            .unknown,
            "no open run has the id \(quoted(name)), an id that begins so, or this id of the application's own")
    }

    static func ambiguous(_ name: RunName, _ runs: [String], of count: Int) -> Self {
        let more = count > runs.count ? ", and \(count - runs.count) more" : ""
        return Self(
            .ambiguous, "\(quoted(name)) is what \(count) runs are called: \(runs.joined(separator: ", "))\(more)")
    }

    private static func quoted(_ name: RunName) -> String { "“\(name.text.shortened(to: 100))”" }
}
