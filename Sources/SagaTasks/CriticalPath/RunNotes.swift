import CSagascope

/// What is noted while a run goes on, for its critical path.
enum RunNotes {
    static func created(_ task: sgs_task, by creator: UInt64) {
        add(task, SGS_NOTE_CREATED, other: creator, from: task.created, until: task.created)
    }

    static func waited(_ task: sgs_task, for blocked: UInt64, waker: UInt64, until now: UInt64) {
        add(task, SGS_NOTE_WAITED, other: waker, from: now > blocked ? now - blocked : 0, until: now)
    }

    static func entered(_ task: sgs_task, at now: UInt64) {
        add(task, SGS_NOTE_ENTERED, other: 0, from: now, until: now)
    }

    private static func add(_ task: sgs_task, _ kind: Int, other: UInt64, from: UInt64, until: UInt64) {
        guard task.run != 0 else { return }
        var note = sgs_run_note(
            serial: 0, task: task.id, other: other, from: from, until: until, scope: UInt32(task.scope),
            kind: UInt32(kind))
        sgs_run_note_add(task.run, &note)
    }

    /// What is left of them, and whether notes are missing.
    static func all(of run: UInt32) -> (notes: [CriticalPath.Note], isCut: Bool) {
        withUnsafeTemporaryAllocation(of: sgs_run_note.self, capacity: Int(SGS_RUN_NOTES)) { buffer in
            var isCut: Int32 = 0
            let count = Int(sgs_run_notes_copy(run, buffer.baseAddress, &isCut))
            return (buffer.prefix(count).map(CriticalPath.Note.init), isCut != 0)
        }
    }
}

extension CriticalPath.Note {
    fileprivate init(_ note: sgs_run_note) {
        switch Int(note.kind) {
        case SGS_NOTE_CREATED: self = .created(task: note.task, creator: note.other, at: note.until)
        case SGS_NOTE_ENTERED: self = .entered(task: note.task, scope: note.scope, at: note.until)
        default:
            self = .waited(
                task: note.task, waker: note.other, from: note.from, until: note.until, scope: note.scope)
        }
    }
}
