import CSagascope
import Dispatch
import Glibc

/// What reaches the live view.
enum LiveEvent: Sendable {
    case key(Key)
    case dump(TaskDumpResult)
    case resized
    /// Goes on after it was stopped.
    case resumed
    /// Is to end, by this signal.
    case ended(signal: Int32)
    /// The terminal is gone.
    case hungUp
}

/// Keys and signals as events, from a thread that waits for both.
enum TerminalInput {
    /// How long the rest of a key may take: an Escape alone is a key too.
    private static let keyMilliseconds: Int32 = 50

    private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT]

    static func start(_ send: @escaping @Sendable (LiveEvent) -> Void) throws(TerminalError) {
        var ends: [Int32] = [0, 0]
        let code = sgs_signal_pipe(&ends)
        guard code == 0 else { throw TerminalError(code: code) }
        let (signals, notified) = (ends[0], ends[1])
        // A signal that is ignored, as under nohup, stays so.
        for signal in watched { _ = sgs_signal_watch(signal, notified) }
        DispatchQueue(label: "sagascope.input").async {
            for signal in watched { sgs_signal_take(signal) }
            wait(signals: signals, send)
        }
    }

    private static func wait(signals: Int32, _ send: (LiveEvent) -> Void) {
        var decoder = KeyDecoder()
        while true {
            var polled = [STDIN_FILENO, signals].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let count = poll(&polled, 2, decoder.isPending ? keyMilliseconds : -1)
            if count < 0, errno != EINTR { return send(.hungUp) }
            if count == 0 { for key in decoder.flush() { send(.key(key)) } }
            guard count > 0 else { continue }
            if polled[1].revents != 0 { for signal in read(signals) ?? [] { send(event(of: Int32(signal))) } }
            if polled[0].revents != 0 {
                guard let bytes = read(STDIN_FILENO) else { return send(.hungUp) }
                for key in decoder.feed(bytes) { send(.key(key)) }
            }
        }
    }

    private static func event(of signal: Int32) -> LiveEvent {
        switch signal {
        case SIGWINCH: .resized
        case SIGCONT: .resumed
        default: .ended(signal: signal)
        }
    }

    /// - Returns: nil at the end.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return [] }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }
}
