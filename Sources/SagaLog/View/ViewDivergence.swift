package import SagaTelemetry

/// Where a view said something else than the log: the log is right, and the view is made anew. Counted as
/// ``LogDamage/Kind/walMmapDivergence``.
package struct ViewDivergence: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The view knows a record of the run that the log has not.
        case ahead
        /// The view said that it had the run's last record, and has an earlier one.
        case behind
        /// Both have the same last record, and say something else of the run.
        case different
        /// The run is open in the log only.
        case missing
        /// The run is open in the view only.
        case extra
    }

    package let kind: Kind
    package let run: TraceID
    package let inView: RunStatus?
    package let inLog: RunStatus?
}

extension MappedViewReader {
    /// What the view says otherwise than the log.
    ///
    /// What comes after ``mapped`` was under way and is not compared. After the machine stopped, pages of the view are of
    /// different moments, so that it may be behind anywhere; never ahead, since it is written after the log's sync.
    ///
    /// - Parameter state: all records of the log.
    package func divergences(from state: LogState) -> [ViewDivergence] {
        Self.divergences(
            of: runs(), mapped: mapped, from: state, isCoherent: writer.isOfThisBoot,
            isComplete: unmapped == 0 && unreadable == 0 && damaged == 0)
    }

    /// - Parameters:
    ///   - isCoherent: all of the view is of one moment.
    ///   - isComplete: no run is missing for a reason that is known.
    static func divergences(
        of view: [RunStatus], mapped: LSN, from state: LogState, isCoherent: Bool, isComplete: Bool
    ) -> [ViewDivergence] {
        var found = view.compactMap { inView -> ViewDivergence? in
            let inLog = state.status(of: inView.run)
            return kind(inView, inLog, mapped, state, isCoherent).map {
                ViewDivergence(kind: $0, run: inView.run, inView: inView, inLog: inLog)
            }
        }
        guard isCoherent, isComplete else { return found }
        let seen = Set(view.map(\.run))
        found += state.runs.filter { $0.lsn <= mapped && !seen.contains($0.run) }.map { inLog in
            ViewDivergence(kind: .missing, run: inLog.run, inView: nil, inLog: inLog)
        }
        return found
    }

    private static func kind(
        _ inView: RunStatus, _ inLog: RunStatus?, _ mapped: LSN, _ state: LogState, _ isCoherent: Bool
    ) -> ViewDivergence.Kind? {
        if inView.lsn > state.lsn { return .ahead }
        guard let inLog else {
            // Closed since; long since, when the log does not remember it.
            let isClosed = state.closed[inView.run].map { !isCoherent || $0.lsn > mapped }
            return isClosed ?? !isCoherent ? nil : .extra
        }
        if inView.lsn > inLog.lsn { return .ahead }
        if inView.lsn < inLog.lsn { return isCoherent && inLog.lsn <= mapped ? .behind : nil }
        return isSame(inView, inLog) ? nil : .different
    }

    /// A name that found no room in the view is empty there.
    private static func isSame(_ inView: RunStatus, _ inLog: RunStatus) -> Bool {
        var inView = inView
        if inView.saga.isEmpty { inView.saga = inLog.saga }
        if inView.step.isEmpty { inView.step = inLog.step }
        return inView == inLog
    }
}
