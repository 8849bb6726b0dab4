import ArgumentParser

/// Why there is nothing to show: what was tried, what came of it, and what to do. Each kind has an exit code of its own.
enum CommandFailure: Error, Equatable, CustomStringConvertible {
    case unreachable(String, reason: String)
    case noRoute(String, String)
    case recorderOff(String)
    case unauthorized(String, hadToken: Bool)
    case unexpectedStatus(String, code: Int)
    case noDump(String, reason: String)
    case newerVersion(String, version: Int)
    case notRuns(String, reason: String)
    case timedOut(String, seconds: Double)
    case noSuchProcess(Int32)
    case notPermitted(Int32, user: UInt32)
    case cannotBeAsked(Int32, reason: String)
    case unsafeDirectory(String)
    case file(String, doing: String, reason: String)

    var exitCode: ExitCode {
        switch self {
        case .unreachable: ExitCode(2)
        case .noRoute: ExitCode(3)
        case .unauthorized: ExitCode(4)
        case .noDump, .newerVersion, .notRuns: ExitCode(5)
        case .timedOut: ExitCode(6)
        case .noSuchProcess: ExitCode(7)
        case .notPermitted, .unsafeDirectory: ExitCode(8)
        case .cannotBeAsked: ExitCode(9)
        case .unexpectedStatus: ExitCode(10)
        case .recorderOff: ExitCode(11)
        case .file: ExitCode(12)
        }
    }

    /// For the help page.
    static let exitCodes = """
        0   what was asked for is there
        2   nobody listens at the address
        3   there is no such route: /debug/tasks, /debug/flight
        4   the token is missing or wrong
        5   what came is no dump, or of a newer version
        6   no answer in time
        7   no such process
        8   the process is somebody else's
        9   the process cannot be asked: it does not use Sagascope
        10  an unexpected answer
        11  the flight recorder is off
        12  a file cannot be read or written
        64  the arguments cannot work
        """

    var description: String {
        switch self {
        case .unreachable(let address, let reason):
            """
            nobody answers at \(address): \(reason). Is the program running, with SAGASCOPE_ADMIN not off? \
            SAGASCOPE_ADMIN_HOST and SAGASCOPE_ADMIN_PORT say where it listens (127.0.0.1:9464 unless set); name that \
            with --address. A program without an admin port: --pid.
            """
        case .noRoute(let address, let route):
            """
            \(address) answers, but has no \(route): an older Sagascope, another program, or one that listens beyond \
            loopback without SAGASCOPE_ADMIN_TOKEN.
            """
        case .recorderOff(let address):
            "\(address) answers, but its flight recorder is off: SAGASCOPE_FLIGHT=on, with task tracking, turns it on."
        case .unauthorized(let address, let hadToken):
            "\(address) " + (hadToken ? "does not take this token" : "asks for a token")
                + ": give the program's SAGASCOPE_ADMIN_TOKEN in the variable of the same name, or with --token."
        case .unexpectedStatus(let address, let code): "\(address) answers with status \(code)."
        case .noDump(let place, let reason): "what \(place) answers is no dump of tasks: \(reason)."
        case .newerVersion(let place, let version):
            "\(place) writes version \(version) of the dump, this sagascope reads version 1: take a newer one."
        case .notRuns(let place, let reason):
            "what \(place) answers tells nothing of runs that this sagascope can read: \(reason)."
        case .timedOut(let place, let seconds):
            "no answer from \(place) within \(seconds.formattedSeconds); --timeout waits longer."
        case .noSuchProcess(let process): "there is no process \(process)."
        case .notPermitted(let process, let user):
            "process \(process) belongs to user \(user): run this as that user."
        case .cannotBeAsked(let process, let reason):
            """
            process \(process) cannot be asked, and SIGUSR2 might end it, so none was sent: \(reason). A program answers \
            after Sagascope.bootstrap(), unless SAGASCOPE_DUMP_SIGNAL is off or it uses SIGUSR2 itself.
            """
        case .unsafeDirectory(let reason): reason
        case .file(let path, let doing, let reason): "cannot \(doing) \(path): \(reason)."
        }
    }
}

extension Double {
    /// `5 s`, `0.5 s`
    var formattedSeconds: String { self == rounded() && magnitude < 1e9 ? "\(Int(self)) s" : "\(self) s" }
}
