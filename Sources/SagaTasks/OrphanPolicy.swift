/// What becomes of tasks that are alive when their saga's run has ended. Raw values are those of `SAGASCOPE_ORPHANS`.
public enum OrphanPolicy: String, Sendable, CaseIterable {
    /// They are told of.
    case report
    /// They are told of, and cancelled, unless they are children of a task. Those that do not heed it are told of again.
    case cancel
}
