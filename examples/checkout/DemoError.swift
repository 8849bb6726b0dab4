import Glibc

/// What keeps the demo from running or from ending well, said so that the reader knows what to do.
enum DemoError: Error, CustomStringConvertible {
    /// The reasons are numbers of the system: its own words for them are the ones that people search for.
    case cannotWrite(String, reason: Int32)
    case cannotListen(String, port: Int, reason: Int32)
    /// With `--hold`, but the server of /metrics does not run.
    case nothingToHold
    case inconsistent(Int)
    /// With `--crash`: the orchestrator's process.
    case cannotStart(String)
    case lifeFailed(Int, Life.End)
    case tooFast(orders: Int)
    case noLifeReport(String, reason: String)
    case interrupted

    var description: String {
        switch self {
        case .cannotWrite(let path, let reason):
            "cannot write to \(path): \(systemText(of: reason)). Choose another folder with --out."
        case .cannotListen(let name, let port, let reason):
            """
            \(name) cannot listen on 127.0.0.1:\(port): \(systemText(of: reason)). \
            Choose another port with --\(name)-port, or 0 for any free one.
            """
        case .nothingToHold:
            """
            /metrics is not served, so there is nothing to hold: the log above says why. \
            Choose another port with --metrics-port, or 0 for any free one.
            """
        case .inconsistent(let count):
            "databases or metrics disagree with the runs in \(count) places: see the list above."
        case .cannotStart(let reason):
            "cannot start the orchestrator as a process of its own: \(reason)"
        case .lifeFailed(let life, .exit(let status)):
            "the orchestrator's life \(life) ended with status \(status): what it said is above."
        case .lifeFailed(let life, .signal(let signal)):
            "the orchestrator's life \(life) ended by signal \(signal), which the demo did not send."
        case .tooFast(let orders):
            """
            the orchestrator had done all \(orders) orders before it could be killed: give it more with --orders, or \
            slow it down with --rate.
            """
        case .noLifeReport(let path, let reason):
            "\(path), in which the orchestrator tells how its runs ended, cannot be read: \(reason)"
        case .interrupted:
            "interrupted: nothing was proven. Run it again to its end."
        }
    }

    /// Whether other arguments would help.
    var isUsage: Bool {
        switch self {
        case .cannotWrite, .cannotListen, .nothingToHold, .tooFast: true
        case .inconsistent, .cannotStart, .lifeFailed, .noLifeReport, .interrupted: false
        }
    }
}

private func systemText(of code: Int32) -> String { String(cString: strerror(code)) }
