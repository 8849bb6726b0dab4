import SagaParticipant
import SagaTelemetry
import Testing

@testable import SagaRuntime

@Suite struct DefinitionTests {
    private typealias Part = Step<Int>

    private func step(_ name: String) -> Step<Int> { Step(name) { _ in }.notCompensated(because: "test") }

    private func graph(@SagaBuilder<Int> _ parts: () -> SagaPart<Int>) throws -> StepGraph {
        try Saga("test", input: Int.self, parts).blueprint.graph
    }

    @Test func stepsWaitForThoseBeforeThem() throws {
        let graph = try graph {
            step("a")
            Parallel {
                step("b")
                Serial {
                    step("c")
                    step("d")
                }
            }
            step("e")
        }
        #expect(graph.names == ["a", "b", "c", "d", "e"])
        #expect(graph.dependencies == [[], [0], [0], [2], [1, 3]])
        #expect(graph.dependents == [[1, 2], [4], [3], [4], []])
    }

    @Test func namedDependenciesStandInsteadOfTheOrder() throws {
        let graph = try graph {
            step("a")
            step("b").after("c")
            step("c").after()
        }
        #expect(graph.dependencies == [[], [2], []])
    }

    @Test func loopsAndConditionsMakeSteps() throws {
        let hasMail = false
        let graph = try graph {
            for number in 1...3 { step("part-\(number)") }
            if hasMail { step("mail") }
        }
        #expect(graph.names == ["part-1", "part-2", "part-3"] && graph.dependencies == [[], [0], [1]])
    }

    @Test func whatIsWrongIsSaidOfWhichStep() throws {
        func error(@SagaBuilder<Int> _ parts: () -> SagaPart<Int>) -> SagaDefinitionError? {
            do throws(SagaDefinitionError) {
                _ = try Saga("test", input: Int.self, parts)
                return nil
            } catch { return error }
        }
        #expect(error {} == .noSteps(saga: "test"))
        #expect(error { Step("pay") { _ in } } == .noCompensation(step: "pay"))
        #expect(
            error {
                step("pay")
                step("pay")
            } == .duplicate(step: "pay"))
        #expect(error { step("pay").after("ship") } == .unknownDependency(step: "pay", on: "ship"))
        #expect(error { step("pay").after("pay") } == .cycle(["pay", "pay"]))
        let cycle = error {
            step("first").after()
            step("a").after("c", "first")
            step("b").after("a")
            step("c").after("b")
        }
        guard case .cycle(let steps) = cycle else {
            Issue.record("\(String(describing: cycle))")
            return
        }
        #expect(steps.count == 4 && steps.first == steps.last && Set(steps) == ["a", "b", "c"])
        for name in ["", String(repeating: "x", count: 256), "pay\u{7}"] {
            guard case .name = error({ step(name) }) else {
                Issue.record("\(name.prefix(10)) was taken")
                continue
            }
        }
        for wrong in [
            step("pay").timeout(.zero), step("pay").retry(RetryPolicy(attempts: 0)),
            step("pay").circuitBreaker(CircuitBreakerPolicy(window: 0)),
        ] {
            guard case .setting("step pay", _) = error({ wrong }) else {
                Issue.record("a wrong setting was taken")
                continue
            }
        }
        #expect(throws: SagaDefinitionError.version(saga: "test", 0)) {
            try Saga("test", version: 0, input: Int.self) { step("pay") }
        }
        #expect(throws: SagaDefinitionError.self) {
            try Saga("test", input: Int.self, deadline: .seconds(-1)) { step("pay") }
        }
    }

    @Test func aGraphIsKnownByItsStepsAndTheirOrder() throws {
        let graphs = [
            try graph {
                step("a")
                step("b")
            },
            try graph {
                step("b")
                step("a")
            },
            try graph {
                Parallel {
                    step("a")
                    step("b")
                }
            }, try graph { step("a") },
        ]
        #expect(Set(graphs.map(\.fingerprint)).count == 4)
        #expect(try graph { step("a") }.fingerprint == graphs[3].fingerprint)
    }

    @Test func idempotencyKeysAreThoseOfABarrier() throws {
        let call = StepCall(saga: "s", run: .random(), step: "a/b %", operation: .compensation, attempt: 7)
        let (key, operation) = try BarrierKey.parse(call.idempotencyKey)
        #expect(key.step == "a/b %" && key.run == "\(call.run)" && operation == .compensation)
    }
}
