import SagaTelemetry

/// How lines are written: the same for all of a page.
struct TextStyle {
    let syntax: TextSyntax
    let escaping: NameEscaping
    /// What the scope labels say; nil for none.
    let scope: InstrumentationScope?
    let createdSamples: Bool
}
