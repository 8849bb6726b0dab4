import SagaParticipant

/// A saga's definition as the coordinator works with it: without the types of inputs and outputs.
public struct SagaBlueprint: Sendable {
    public let name: String
    public let version: UInt32
    package let deadline: Duration?
    package let graph: StepGraph
    let steps: [StepBlueprint]
    /// Reads a run's input out of the log.
    let decode: @Sendable ([UInt8]) throws -> any Sendable
}

/// A step without its types.
struct StepBlueprint: Sendable {
    let name: String
    let index: Int
    let retry: RetryPolicy
    let compensationRetry: RetryPolicy?
    let timeout: Duration?
    let breaker: CircuitBreakerPolicy?
    let action: Work
    let fallback: Work?
    let compensation: Work?
    /// Reads what it has answered out of the log; nil: it answers nothing.
    let readOutput: (@Sendable ([UInt8]) throws -> Void)?

    typealias Work = @Sendable (_ input: any Sendable, _ call: StepCall, _ outputs: StepOutputs) async throws -> [UInt8]
}

extension SagaBlueprint {
    init<Input>(
        _ name: String, version: Int, deadline: Duration?, parts: SagaPart<Input>
    ) throws(SagaDefinitionError) {
        try Self.checkName(name)
        guard let number = UInt32(exactly: version), number > 0 else { throw .version(saga: name, version) }
        if let deadline, deadline <= .zero { throw .setting(of: "saga \(name)", reason: "its deadline is \(deadline)") }
        var list = StepList<Input>()
        list.add(parts)
        guard !list.steps.isEmpty else { throw .noSteps(saga: name) }
        var indices: [String: Int] = [:]
        for (index, step) in list.steps.enumerated() {
            try Self.check(step)
            guard indices.updateValue(index, forKey: step.name) == nil else { throw .duplicate(step: step.name) }
        }
        var dependencies: [[Int]] = []
        for (step, before) in zip(list.steps, list.before) {
            var needed = before
            if let named = step.dependencies {
                needed = []
                for other in named {
                    guard let index = indices[other] else { throw .unknownDependency(step: step.name, on: other) }
                    needed.append(index)
                }
            }
            dependencies.append(Array(Set(needed)).sorted())
        }
        graph = try StepGraph(
            names: list.steps.map(\.name), dependencies: dependencies,
            isCompensable: list.steps.map { if case .by = $0.compensation { true } else { false } })
        self.name = name
        self.version = number
        self.deadline = deadline
        steps = list.steps.enumerated().map { StepBlueprint($1, index: $0) }
        decode = { try JSONPayload.decode(Input.self, from: $0) }
    }

    private static func check<Input>(_ step: Step<Input>) throws(SagaDefinitionError) {
        try checkName(step.name)
        if case .missing = step.compensation { throw .noCompensation(step: step.name) }
        if let timeout = step.timeout, timeout <= .zero {
            throw .setting(of: "step \(step.name)", reason: "its timeout is \(timeout): take more than 0")
        }
        do {
            try step.retry.validate()
            try step.compensationRetry?.validate()
            try step.breaker?.validate()
        } catch {
            throw .setting(of: "step \(step.name)", reason: "\(error)")
        }
    }

    /// Names stand in records, headers and series.
    private static func checkName(_ name: String) throws(SagaDefinitionError) {
        do { _ = try BarrierKey(run: "run", step: name) } catch { throw .name(name, reason: "\(error)") }
    }
}

extension StepBlueprint {
    init<Input>(_ step: Step<Input>, index: Int) {
        name = step.name
        self.index = index
        retry = step.retry
        compensationRetry = step.compensationRetry
        timeout = step.timeout
        breaker = step.breaker
        readOutput = step.readOutput
        action = Self.erased(step.action)
        fallback = step.fallback.map { Self.erased($0) }
        if case .by(let undo) = step.compensation {
            compensation = Self.erased {
                try await undo($0)
                return []
            }
        } else {
            compensation = nil
        }
    }

    private static func erased<Input>(
        _ work: @escaping @Sendable (StepContext<Input>) async throws -> [UInt8]
    ) -> Work {
        { input, call, outputs in
            guard let input = input as? Input else {
                throw SagaRuntimeError.unreadable(
                    what: "the input of step \(call.step)", reason: "it is no \(Input.self)")
            }
            return try await work(StepContext(input: input, call: call, outputs: outputs))
        }
    }
}

/// The steps of a definition in their order, and those that stand before each.
private struct StepList<Input: Codable & Sendable> {
    var steps: [Step<Input>] = []
    var before: [[Int]] = []
    /// What a further part would come after.
    private var ends: [Int] = []

    mutating func add(_ part: SagaPart<Input>) {
        switch part {
        case .step(let step):
            before.append(ends)
            ends = [steps.count]
            steps.append(step)
        case .sequence(let parts):
            for part in parts { add(part) }
        case .parallel(let parts):
            let begin = ends
            var all: [Int] = []
            for part in parts {
                ends = begin
                add(part)
                all += ends
            }
            ends = parts.isEmpty ? begin : all
        }
    }
}
