// Scopes around a span. `rethrows` would lose the error's type, hence typed throws throughout; the body runs where the
// caller runs.

/// Runs `body` under a new span, which is the parent of every span started inside.
///
/// The scope binds ``TraceContext/current`` only; libraries that read `ServiceContext` see the span around this one.
@inlinable public func withTraceSpan<Result, Failure: Error>(
    _ name: String, kind: TraceSpan.Kind = .internal, isolation: isolated (any Actor)? = #isolation,
    _ body: (inout TraceSpan) async throws(Failure) -> Result
) async throws(Failure) -> Result {
    var span = TraceSpan(name, kind: kind)
    let outcome = await TraceContext.$current.withValue(span.context) { () async -> Swift.Result<Result, Failure> in
        do throws(Failure) {
            return .success(try await body(&span))
        } catch {
            return .failure(error)
        }
    }
    return try span.finish(outcome)
}

/// The same for code that does not suspend.
@inlinable public func withTraceSpan<Result, Failure: Error>(
    _ name: String, kind: TraceSpan.Kind = .internal, _ body: (inout TraceSpan) throws(Failure) -> Result
) throws(Failure) -> Result {
    var span = TraceSpan(name, kind: kind)
    let outcome = TraceContext.$current.withValue(span.context) { () -> Swift.Result<Result, Failure> in
        do throws(Failure) {
            return .success(try body(&span))
        } catch {
            return .failure(error)
        }
    }
    return try span.finish(outcome)
}

/// Runs `body` under a span that no other span will have as its parent: nothing is bound, which saves a third of the cost.
@inlinable public func withLeafSpan<Result, Failure: Error>(
    _ name: String, kind: TraceSpan.Kind = .internal, _ body: (inout TraceSpan) throws(Failure) -> Result
) throws(Failure) -> Result {
    var span = TraceSpan(name, kind: kind)
    do throws(Failure) {
        let result = try body(&span)
        span.end()
        return result
    } catch {
        span.end(.error(ErrorDescription.type(of: error)))
        throw error
    }
}

extension TraceSpan {
    /// Ends the span by how its body ended, and hands the body's outcome on untouched.
    @inlinable consuming func finish<Result, Failure: Error>(
        _ outcome: Swift.Result<Result, Failure>
    ) throws(Failure) -> Result {
        switch outcome {
        case .success(let result):
            end()
            return result
        case .failure(let error):
            end(.error(ErrorDescription.type(of: error)))
            throw error
        }
    }
}
