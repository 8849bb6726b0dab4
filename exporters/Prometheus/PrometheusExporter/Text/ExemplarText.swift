import SagaTelemetry

/// What stands behind a sample's value in OpenMetrics: ` # {trace_id="…",span_id="…"} 0.67 1520879607.789000000`.
enum ExemplarText {
    static func append(_ exemplar: Exemplar, escaping: NameEscaping, to output: inout PageBuffer) {
        let labels = Labels(exemplar, escaping: escaping).text()
        output.append(" # {")
        output.append(labels)
        output.append("} ")
        output.append(exemplar.value)
        output.append(" ")
        output.append(seconds: exemplar.time)
    }
}
