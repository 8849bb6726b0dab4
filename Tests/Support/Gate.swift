public import Testing

/// One at a time, in the order of asking: for what a process has only one of.
actor Gate {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func release() {
        guard !waiting.isEmpty else {
            isTaken = false
            return
        }
        waiting.removeFirst().resume()
    }
}

/// A test, or each test of a suite, that has the flight recorder of the process for itself.
public struct FlightRecorderAlone: TestTrait, SuiteTrait, TestScoping {
    private static let gate = Gate()
    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Self.gate.take()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await function()) } catch { outcome = .failure(error) }
        await Self.gate.release()
        try outcome.get()
    }
}

extension Trait where Self == FlightRecorderAlone {
    public static var flightRecorderAlone: Self { Self() }
}
