import Synchronization

/// What a coordinator's checks keep: the last findings, what the log was found to say when it was read, and dumps.
final class FindingLedger: Sendable {
    private let state = Mutex(State())
    let dumps: FindingDumps?

    private struct State {
        var findings: [RunFinding] = []
        var shadow: LogShadow?
        var isUnreadable = false
    }

    static let limit = 100

    init(dumps: FindingDumps?) { self.dumps = dumps }

    /// The last ones, the newest at the end.
    var findings: [RunFinding] { state.withLock(\.findings) }

    func note(_ finding: RunFinding) {
        state.withLock { state in
            state.findings.append(finding)
            if state.findings.count > Self.limit { state.findings.removeFirst() }
        }
    }

    /// From recovery to the patrol, so that the log is not read twice.
    func handOver(_ shadow: LogShadow) { state.withLock { $0.shadow = shadow } }

    func takeOver() -> LogShadow? {
        state.withLock { state in
            defer { state.shadow = nil }
            return state.shadow
        }
    }

    /// - Returns: whether that is new.
    func noteReading(failed: Bool) -> Bool {
        state.withLock { state in
            defer { state.isUnreadable = failed }
            return state.isUnreadable != failed
        }
    }
}
