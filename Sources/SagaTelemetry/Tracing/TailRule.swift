import CSagascope

/// The rule that a run which fails is exported although its trace is not sampled, as the instrumentation applies it.
///
/// It sees this process only: services that were called with `sampled=0` have recorded nothing, spans around the run were
/// never recorded, and a process that dies takes the spans it held with it.
extension TraceContext {
    /// A run that begins under this span: when nothing would record it, its spans are held until its end decides.
    package func holdingUnsampledRun() -> TraceContext {
        guard !isRecorded, sgs_is_recording() != 0, sgs_keeps_failed_runs() != 0, let held = HeldRun.open() else {
            return self
        }
        var traits = traits
        traits.held = held
        return with(traits)
    }

    package var isHeld: Bool { traits.isHeld }

    /// The run, or one inside it, did not succeed.
    package func keepHeldRun() { HeldRun.keep(self) }

    /// The run is over, its own span ended.
    package func closeHeldRun() { HeldRun.close(self) }
}
