/// Waits for what nobody can cut short, but not for ever.
enum Patience {
    /// - Returns: nil when it takes longer; it goes on then.
    static func result<Success: Sendable>(
        within duration: Duration, of work: @escaping @Sendable () async throws -> Success
    ) async -> Result<Success, any Error>? {
        let (ends, end) = AsyncStream.makeStream(of: Result<Success, any Error>.self)
        Task {
            do { end.yield(.success(try await work())) } catch { end.yield(.failure(error)) }
            end.finish()
        }
        let timer = Task {
            guard (try? await Task.sleep(for: duration)) != nil else { return }
            end.finish()
        }
        defer { timer.cancel() }
        return await ends.first { _ in true }
    }
}
