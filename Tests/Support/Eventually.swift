/// A condition that did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    let what: String
    let timeLimit: Duration
    let last: String
    public var description: String { "\(what) did not happen within \(timeLimit); last seen: \(last)" }
}

/// Asks again and again until `attempt` answers a value; for the state of other processes, which offer no signal.
///
/// An error of `attempt` counts as "not yet". The time limit only bounds a failing test.
public func eventually<Value: Sendable>(
    _ what: String, timeLimit: Duration = .seconds(60), every interval: Duration = .milliseconds(50),
    _ attempt: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + timeLimit
    var last = "nothing"
    repeat {
        do {
            if let value = try await attempt() { return value }
            last = "not yet"
        } catch {
            last = "\(error)"
        }
        try await Task.sleep(for: interval)
    } while ContinuousClock.now < deadline
    throw NeverHappened(what: what, timeLimit: timeLimit, last: last)
}
