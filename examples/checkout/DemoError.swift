import Glibc

/// What keeps the demo from running or from ending well, said so that the reader knows what to do.
enum DemoError: Error, CustomStringConvertible {
    /// The reasons are numbers of the system: its own words for them are the ones that people search for.
    case cannotWrite(String, reason: Int32)
    case cannotListen(String, port: Int, reason: Int32)
    /// With `--hold`, but the server of /metrics does not run.
    case nothingToHold
    case inconsistent(Int)

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
        }
    }

    /// Whether other arguments would help.
    var isUsage: Bool {
        if case .inconsistent = self { return false }
        return true
    }
}

private func systemText(of code: Int32) -> String { String(cString: strerror(code)) }
