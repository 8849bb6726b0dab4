/// How often a call is repeated, and how long it waits between.
struct HandwrittenRetry: Sendable {
    /// Attempts in all, the first one included.
    let attempts: Int
    /// Before the second attempt; twice as long before each one after it.
    let firstPause: Duration

    static let step = HandwrittenRetry(attempts: 4, firstPause: .milliseconds(40))
    /// Undoing has no other way out than to succeed, so it is more patient.
    static let compensation = HandwrittenRetry(attempts: 8, firstPause: .milliseconds(40))

    /// Calls `body` with 1, 2, … until it returns or throws what no repetition heals.
    func callAsFunction(_ body: (_ attempt: Int) async throws -> Void) async throws {
        for attempt in 1... {
            do {
                return try await body(attempt)
            } catch let error as CheckoutError where error.isTransient && attempt < attempts {
                try await Task.sleep(for: pause(after: attempt))
            }
        }
    }

    /// Between half and all of the full pause, so that many clients do not come back at once.
    private func pause(after attempt: Int) -> Duration {
        firstPause * (1 << (attempt - 1)) * Double.random(in: 0.5...1)
    }
}
