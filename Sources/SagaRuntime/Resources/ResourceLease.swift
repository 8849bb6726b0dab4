/// Something that a run holds beyond a scope. Say when it is released; let go of without that, it stays held until the run
/// ends, and is a leak then.
public struct ResourceLease: ~Copyable, Sendable {
    private let entry: ResourceEntry

    init(_ entry: ResourceEntry) { self.entry = entry }

    /// What it is a lease of was closed, or given back.
    public consuming func release() { if entry.claim() { entry.finish() } }

    /// Closes it by the closer that it came with, if that has not been done since by the end of the run.
    /// - Throws: what the closer throws. It is not called again, and the resource counts as held until the process ends.
    public consuming func close() async throws {
        try await entry.close()
    }
}
