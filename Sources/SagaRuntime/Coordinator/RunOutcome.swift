public import SagaInstrumentation
public import SagaTelemetry

/// How a run has ended, as the log has it: the same whether it ended just now, or before a restart.
public struct RunOutcome: Sendable, Hashable {
    public let saga: String
    /// The application's own id.
    public let id: String
    public let run: TraceID
    /// `success`; `compensated` when everything done was undone; `compensation_failed` when something could not be, and waits
    /// for somebody (``deadLetters``); else what stopped a run of which nothing had to be undone.
    public let result: SagaResult
    /// What stopped it; nil after a success.
    public let error: RecordedError?
    /// Steps whose compensation has given up.
    public let deadLetters: [String]
    let outputs: StepOutputs

    /// What a step has answered; nil when it was not committed, or when the answers did not fit into the log's last record.
    public func output<Output>(of key: StepKey<Output>) throws -> Output? { try outputs.output(of: key) }

    /// - Throws: ``SagaNotCompleted`` unless the run was a success.
    public func requireSuccess() throws(SagaNotCompleted) {
        if result != .success { throw SagaNotCompleted(outcome: self) }
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.run == right.run && left.result == right.result && left.error == right.error
            && left.deadLetters == right.deadLetters && left.outputs.bytes == right.outputs.bytes
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(run) }
}

/// A run that was not a success, as an error, for callers who want one.
public struct SagaNotCompleted: SagaError, CustomStringConvertible {
    public let outcome: RunOutcome

    public var sagaResult: SagaResult { outcome.result }
    public var errorType: String { outcome.error?.type ?? outcome.result.rawValue }
    public var description: String {
        "saga \(outcome.saga), run \(outcome.id): \(outcome.result.rawValue)"
            + (outcome.error.map { " (\($0.message))" } ?? "")
    }
}

extension RunOutcome {
    /// Outputs longer than this are left out of the record.
    private static let outputLimit = 256 << 10

    /// As the run's last record has it.
    /// - Parameter limit: of the record; what the steps have answered is left out beyond it.
    func payload(limit: Int) -> [UInt8] {
        var payload = OutcomePayload(result: result.rawValue, error: error)
        let bytes = outputs.bytes.values.reduce(0) { $0 + $1.count }
        if bytes > 0, bytes <= Self.outputLimit {
            payload.outputs = outputs.bytes.mapValues { String(decoding: $0, as: UTF8.self) }
            // Quotes in it are escaped.
            let text = JSONPayload.text(payload)
            if text.count <= limit { return text }
            payload.outputs = nil
        }
        return JSONPayload.text(payload)
    }

    /// - Throws: ``SagaRuntimeError/unreadable(what:reason:)``
    init(saga: String, id: String, run: TraceID, payload: [UInt8]) throws(SagaRuntimeError) {
        let record: OutcomePayload
        do { record = try JSONPayload.decode(OutcomePayload.self, from: payload) } catch {
            throw .unreadable(what: "the last record of run \(run)", reason: "\(error)")
        }
        var outputs = StepOutputs()
        for (step, text) in record.outputs ?? [:] { outputs[step] = Array(text.utf8) }
        self.init(
            saga: saga, id: id, run: run, result: SagaResult(rawValue: record.result) ?? .error, error: record.error,
            deadLetters: [], outputs: outputs)
    }
}
