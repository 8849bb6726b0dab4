import Logging
import SagaTelemetry
import Synchronization

/// Tells people about failures without flooding their log: of one kind of failure the first is written, then at most
/// one in each interval, with the number left out in between, and at the end the number that nobody has heard of.
final class FailureLog<Kind: Hashable & Sendable>: Sendable {
    private struct History {
        var lastTold: Duration
        var suppressed = 0
        /// What was told last.
        var level = Logger.Level.error
        var message = ""
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
        histories.withLock {
            $0[kind]?.level = level
            $0[kind]?.message = message
        }
        let note = suppressed == 0 ? "" : " (\(suppressed) more like this since the last message)"
        logger.log(level: level, "\(message)\(note)")
    }

    /// Tells what was left out since the last message of each kind. Nothing is left for later.
    func close() {
        let rest = histories.withLock { histories in
            defer { histories = [:] }
            return histories.values.filter { $0.suppressed > 0 }.sorted { $0.lastTold < $1.lastTold }
        }
        for history in rest {
            logger.log(
                level: history.level,
                "\(history.suppressed.of("more failure")) until the end, after this one: \(history.message)")
        }
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
