import Logging
import Synchronization

/// Tells people about failures without flooding their log: of one kind of failure the first is written, then at most
/// one in each interval, with the number left out in between.
final class FailureLog<Kind: Hashable & Sendable>: Sendable {
    private struct History {
        var lastTold: Duration
        var suppressed = 0
    }

    private let logger: Logger
    private let interval: Duration
    private let clock: ExportClock
    /// Bounded by the number of kinds, which are enums of the exporters.
    private let histories = Mutex<[Kind: History]>([:])

    init(logger: Logger, interval: Duration = .seconds(60), clock: ExportClock) {
        self.logger = logger
        self.interval = interval
        self.clock = clock
    }

    func report(_ kind: Kind, level: Logger.Level = .error, _ message: @autoclosure () -> String) {
        guard let suppressed = admit(kind) else { return }
        let message = message()
        let note = suppressed == 0 ? "" : " (\(suppressed) more like this since the last message)"
        logger.log(level: level, "\(message)\(note)")
    }

    /// The failures left out since the last message when this one may be written; nil when it is left out too.
    private func admit(_ kind: Kind) -> Int? {
        let now = clock.now()
        return histories.withLock { histories in
            guard let history = histories[kind] else {
                histories[kind] = History(lastTold: now)
                return 0
            }
            if now - history.lastTold < interval {
                histories[kind]?.suppressed += 1
                return nil
            }
            histories[kind] = History(lastTold: now)
            return history.suppressed
        }
    }
}
