/// What is known of something that a run holds.
public struct HeldResource: Sendable, Hashable {
    /// `saga.resource.kind`: of few different values, such as `connection`.
    public let kind: String
    public let saga: String
    /// `saga.run.id`.
    public let run: String
    /// In which it was acquired; nil between steps.
    public let step: String?
    /// When it was acquired, in ns of the runtime's clock.
    public let since: UInt64
}

/// What was still held when its run had closed, or could not be released.
public struct ResourceLeak: Sendable {
    public let resource: HeldResource
    /// Whether the closer that it came with has closed it.
    public let isRecovered: Bool
    /// What the closer threw; ``DeadlineExceeded`` when it did not end in time.
    public let error: (any Error)?
}
