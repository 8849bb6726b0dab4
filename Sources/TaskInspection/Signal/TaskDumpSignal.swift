internal import CSagascope
import Glibc
import Synchronization

/// SIGUSR2 makes the process write a dump of its tasks: for `sagascope tasks --pid`, and for `kill -USR2`.
///
/// The dump is JSON in `<pid>.tasks.json`, in `SAGASCOPE_DUMP_DIRECTORY` or else in `${TMPDIR:-/tmp}/sagascope-<user>`, a folder
/// that only its user can open. Beside it `<pid>.ready` says that the process can be asked.
///
/// The handler writes one byte into a pipe. A thread of its own does the rest, so that a process answers whose other
/// threads are all stuck.
public enum TaskDumpSignal {
    private struct Installation: Sendable {
        let path: String
        let process: pid_t
        let startTime: UInt64
        let dump: @Sendable () -> TaskDump
        let onFailure: @Sendable (any Error) -> Void
    }

    private static let installation = Mutex<Installation?>(nil)

    /// Begins to answer the signal, until the process ends. At its end the files are removed.
    ///
    /// - Parameters:
    ///   - directory: where the dumps go, in place of what the environment says.
    ///   - onFailure: hears why a dump could not be written. On the answering thread.
    /// - Throws: ``TaskDumpSignalError``; nothing has changed then.
    public static func install(
        directory: String? = nil, dump: @escaping @Sendable () -> TaskDump = TaskInspector.dump,
        onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
    ) throws(TaskDumpSignalError) {
        try installation.withLock { (installed) throws(TaskDumpSignalError) in
            guard installed == nil else { throw .alreadyInstalled }
            guard let facts = ProcessFacts(of: getpid()) else {
                throw .cannotRun("/proc does not tell of this process")
            }
            var variables: [String: String] = [:]
            for name in ["SAGASCOPE_DUMP_DIRECTORY", "TMPDIR"] {
                if let value = getenv(name) { variables[name] = String(cString: value) }
            }
            let new = Installation(
                path: directory ?? DumpDirectory.path(environment: variables, user: geteuid()), process: getpid(),
                startTime: facts.startTime, dump: dump, onFailure: onFailure)
            do {
                let directory = try DumpDirectory(path: new.path, owner: geteuid(), isCreated: true)
                DumpFiles.sweep(directory)
                // The marker first: until the signal is caught, whoever asks does not trust it.
                try mark(directory, new)
                do {
                    try startAnswering()
                } catch {
                    directory.remove(DumpFiles.marker(of: new.process))
                    throw error
                }
            } catch let error as TaskDumpSignalError {
                throw error
            } catch {
                throw .cannotRun("\(error)")
            }
            installed = new
            atexit { TaskDumpSignal.removeFiles() }
        }
    }

    private static func mark(
        _ directory: borrowing DumpDirectory, _ installation: Installation
    ) throws(DumpDirectoryError) {
        try directory.write(
            DumpFiles.markerText(startTime: installation.startTime), to: DumpFiles.marker(of: installation.process))
    }

    // MARK: answering

    private static func startAnswering() throws(TaskDumpSignalError) {
        var ends: [Int32] = [0, 0]
        // Both ends stay open as long as the process.
        let code = sgs_signal_pipe(&ends)
        guard code == 0 else { throw .system("pipe2", code) }
        let failure = withSignalsBlocked {
            var thread = pthread_t()
            let pipe = UnsafeMutableRawPointer(bitPattern: Int(ends[0]) + 1)
            return pthread_create(&thread, nil, { TaskDumpSignal.answer(pipe: Int32(Int(bitPattern: $0) - 1)) }, pipe)
        }
        guard failure == 0 else { throw .system("pthread_create", failure) }
        switch sgs_signal_watch(SIGUSR2, ends[1]) {
        case 0: return
        case EBUSY:
            // Ends the thread.
            close(ends[1])
            throw .signalInUse
        case let code: throw .system("sigaction", code)
        }
    }

    /// The program's other signals are for the program's threads.
    private static func withSignalsBlocked(_ body: () -> Int32) -> Int32 {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return body()
    }

    private static func answer(pipe: Int32) -> UnsafeMutableRawPointer? {
        sgs_signal_take(SIGUSR2)
        var bytes = [UInt8](repeating: 0, count: 64)
        while true {
            let count = read(pipe, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            // The other end is closed: there was nothing to answer.
            guard count > 0 else { break }
            if let installation = installation.withLock({ $0 }) { writeDump(installation) }
        }
        close(pipe)
        return nil
    }

    /// The folder and the marker may be gone by now: things in `/tmp` are removed when they are old.
    private static func writeDump(_ installation: Installation) {
        do {
            let directory = try DumpDirectory(path: installation.path, owner: geteuid(), isCreated: true)
            try mark(directory, installation)
            try directory.write(
                TaskDumpFormat.json.render(installation.dump()), to: DumpFiles.tasks(of: installation.process))
        } catch {
            installation.onFailure(error)
        }
    }

    private static func removeFiles() {
        // A child that was forked off ends here too; the files are its parent's.
        guard let installation = installation.withLock({ $0 }), installation.process == getpid(),
            let directory = try? DumpDirectory(path: installation.path, owner: geteuid(), isCreated: false)
        else { return }
        directory.remove(DumpFiles.marker(of: installation.process))
        directory.remove(DumpFiles.tasks(of: installation.process))
    }
}

/// Why ``TaskDumpSignal`` does not answer.
public enum TaskDumpSignalError: Error, Equatable, CustomStringConvertible {
    case alreadyInstalled
    /// The program has a handler for SIGUSR2, or ignores it, which stays as it is.
    case signalInUse
    case cannotRun(String)

    static func system(_ function: String, _ code: Int32) -> TaskDumpSignalError {
        .cannotRun("\(function): \(String(cString: strerror(code)))")
    }

    public var description: String {
        switch self {
        case .alreadyInstalled: "SIGUSR2 is answered already"
        case .signalInUse: "the program uses SIGUSR2 for something else"
        case .cannotRun(let reason): reason
        }
    }
}
