import SagaTelemetry
import ServiceContextModule

/// Runs `body` with the saga's context bound: our own two task-locals, and the mirror that the ecosystem reads.
func withBound<Result>(
    _ context: SagaContext, isolation: isolated (any Actor)? = #isolation, _ body: () async -> Result
) async -> Result {
    var mirror = ServiceContext.current ?? .topLevel
    mirror.traceContext = context.trace
    return await SagaContext.$current.withValue(context) {
        await TraceContext.$current.withValue(context.trace) {
            await ServiceContext.$current.withValue(mirror) {
                await body()
            }
        }
    }
}

/// Runs `body` with a context taken over from another task, if there is one.
func withInherited<Value, Failure: Error>(
    _ context: SagaContext?, _ body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    guard let context else { return try await body() }
    return try await withBound(context) { await outcome(of: body) }.get()
}

/// Runs `body` and keeps what it throws, with its type: `rethrows` functions of other libraries would lose it.
func outcome<Value, Failure: Error>(
    isolation: isolated (any Actor)? = #isolation, of body: () async throws(Failure) -> Value
) async -> Result<Value, Failure> {
    do throws(Failure) {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}

extension Result {
    var failure: Failure? {
        if case .failure(let error) = self { return error }
        return nil
    }
}
