import COTLP
import ProtobufArena
import SagaTelemetry

/// Exemplars as `Exemplar` messages.
extension MessageArena {
    typealias ExemplarArray = UnsafeMutablePointer<UnsafeMutablePointer<Otlp__Exemplar>?>

    /// Those of one point.
    func exemplars(of series: Int, in metric: MetricSnapshot) -> (ExemplarArray?, count: Int) {
        let exemplars = metric.exemplars(of: series)
        return (array(exemplars) { exemplar($0) }, exemplars.count)
    }

    private func exemplar(_ exemplar: Exemplar) -> UnsafeMutablePointer<Otlp__Exemplar> {
        let message = message(otlp__exemplar__init)
        message.pointee.time_unix_nano = exemplar.time
        switch exemplar.value {
        case .int(let value):
            message.pointee.as_int = value
            message.pointee.value_case = OTLP__EXEMPLAR__VALUE_AS_INT
        case .double(let value):
            message.pointee.as_double = value
            message.pointee.value_case = OTLP__EXEMPLAR__VALUE_AS_DOUBLE
        }
        if exemplar.traceID.isValid, exemplar.spanID.isValid {
            message.pointee.trace_id = identifier(exemplar.traceID.high, exemplar.traceID.low)
            message.pointee.span_id = identifier(exemplar.spanID.value)
        }
        message.pointee.n_filtered_attributes = exemplar.filteredAttributes.pairs.count
        message.pointee.filtered_attributes = attributes(exemplar.filteredAttributes)
        return message
    }

    /// The words of an id as its bytes, the most significant first.
    private func identifier(_ words: UInt64...) -> ProtobufCBinaryData {
        bytes(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } })
    }
}
