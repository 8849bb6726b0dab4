import COTLP
import ProtobufArena
import SagaTelemetry

/// Metrics as `Metric` messages with their points.
extension MessageArena {
    func metric(_ metric: MetricSnapshot, time: UInt64) -> UnsafeMutablePointer<Otlp__Metric> {
        let message = message(otlp__metric__init)
        message.pointee.name = string(metric.descriptor.name)
        message.pointee.description = string(metric.descriptor.description)
        message.pointee.unit = string(metric.descriptor.unit)
        switch (metric.points, metric.descriptor.kind) {
        case (.numbers(let points), .gauge):
            message.pointee.gauge = gauge(points, of: metric, time: time)
            message.pointee.data_case = OTLP__METRIC__DATA_GAUGE
        case (.numbers(let points), let kind):
            message.pointee.sum = sum(points, of: metric, monotonic: kind == .counter, time: time)
            message.pointee.data_case = OTLP__METRIC__DATA_SUM
        case (.histograms(let points), _):
            message.pointee.histogram = histogram(points, of: metric, time: time)
            message.pointee.data_case = OTLP__METRIC__DATA_HISTOGRAM
        case (.exponential(let points), _):
            message.pointee.exponential_histogram = exponentialHistogram(points, of: metric, time: time)
            message.pointee.data_case = OTLP__METRIC__DATA_EXPONENTIAL_HISTOGRAM
        }
        return message
    }

    private func gauge(
        _ points: [NumberPoint], of metric: MetricSnapshot, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__Gauge> {
        let message = message(otlp__gauge__init)
        message.pointee.n_data_points = points.count
        // A gauge is the last value set: it has no start, and OTLP asks to leave the field out.
        message.pointee.data_points = array(points) { number($0, of: metric, start: 0, time: time) }
        return message
    }

    private func sum(
        _ points: [NumberPoint], of metric: MetricSnapshot, monotonic: Bool, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__Sum> {
        let message = message(otlp__sum__init)
        message.pointee.n_data_points = points.count
        message.pointee.data_points = array(points) { number($0, of: metric, start: metric.startTime, time: time) }
        message.pointee.aggregation_temporality = temporality(of: metric)
        message.pointee.is_monotonic = monotonic ? 1 : 0
        return message
    }

    private func number(
        _ point: NumberPoint, of metric: MetricSnapshot, start: UInt64, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__NumberDataPoint> {
        let message = message(otlp__number_data_point__init)
        let series = metric.attributes(of: point.series)
        message.pointee.n_attributes = series.pairs.count
        message.pointee.attributes = attributes(series)
        message.pointee.start_time_unix_nano = start
        message.pointee.time_unix_nano = time
        (message.pointee.exemplars, message.pointee.n_exemplars) = exemplars(of: point.series, in: metric)
        switch point.value {
        case .int(let value):
            message.pointee.as_int = value
            message.pointee.value_case = OTLP__NUMBER_DATA_POINT__VALUE_AS_INT
        case .double(let value):
            message.pointee.as_double = value
            message.pointee.value_case = OTLP__NUMBER_DATA_POINT__VALUE_AS_DOUBLE
        }
        return message
    }
}
