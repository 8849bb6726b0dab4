import Glibc
import TaskInspection

/// Asks a process by SIGUSR2, which ``TaskDumpSignal`` answers with a file.
struct ProcessSource: DumpSource {
    let process: pid_t
    let timeout: Duration
    /// Ours; `SAGASCOPE_DUMP_DIRECTORY` in it goes before the process's own.
    let environment: [String: String]

    var name: String { "process \(process)" }

    func dump() async throws(CommandFailure) -> TaskDump {
        let facts = try facts()
        let directory = try directory(of: facts)
        try check(facts, directory)
        let file = DumpFiles.tasks(of: process)
        directory.remove(file)
        guard kill(process, SIGUSR2) == 0 else { throw errno == EPERM ? notPermitted(facts) : .noSuchProcess(process) }
        let deadline = ContinuousClock.now + timeout
        while ContinuousClock.now < deadline {
            if let json = directory.read(file) { return try checked(decode(json)) }
            guard ProcessFacts(of: process)?.startTime == facts.startTime else { throw .noSuchProcess(process) }
            do { try await Task.sleep(for: .milliseconds(5)) } catch { break }
        }
        throw .timedOut(name, seconds: timeout / .seconds(1))
    }

    private func facts() throws(CommandFailure) -> ProcessFacts {
        guard process > 0, let facts = ProcessFacts(of: process) else { throw .noSuchProcess(process) }
        guard geteuid() == 0 || facts.user == geteuid() else { throw notPermitted(facts) }
        return facts
    }

    private func notPermitted(_ facts: ProcessFacts) -> CommandFailure { .notPermitted(process, user: facts.user) }

    private func directory(of facts: ProcessFacts) throws(CommandFailure) -> DumpDirectory {
        var variables = ProcessFacts.environment(of: process)
        if variables.isEmpty { variables = environment }
        if let path = environment["SAGASCOPE_DUMP_DIRECTORY"] { variables["SAGASCOPE_DUMP_DIRECTORY"] = path }
        let path = DumpDirectory.path(environment: variables, user: facts.user)
        do {
            return try DumpDirectory(path: path, owner: facts.user, isCreated: false)
        } catch {
            throw error.isMissing ? cannotBeAsked("\(path) is not there") : .unsafeDirectory("\(error)")
        }
    }

    /// Both must agree, since a signal to the wrong program ends it: the process has a handler, and left a marker that no
    /// earlier process of this id left.
    private func check(_ facts: ProcessFacts, _ directory: borrowing DumpDirectory) throws(CommandFailure) {
        let marker = DumpFiles.marker(of: process)
        guard let text = directory.read(marker) else { throw cannotBeAsked("\(directory.path)/\(marker) is not there") }
        guard text == DumpFiles.markerText(startTime: facts.startTime) else {
            throw cannotBeAsked("\(directory.path)/\(marker) is of an earlier process")
        }
        guard facts.catches(SIGUSR2) else { throw cannotBeAsked("it does not catch SIGUSR2") }
    }

    private func cannotBeAsked(_ reason: String) -> CommandFailure { .cannotBeAsked(process, reason: reason) }
}
