import COTLP
import SagaTelemetry

/// Metrics as `Metric` messages with their points, cumulative since the metric's start time.
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
        }
        return message
    }

    private func gauge(
        _ points: [NumberPoint], of metric: MetricSnapshot, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__Gauge> {
        let message = message(otlp__gauge__init)
        message.pointee.n_data_points = points.count
        // A gauge is the last value set: it has no start, and OTLP asks to leave the field out.
        message.pointee.data_points = array(points) { number($0, start: 0, time: time) }
        return message
    }

    private func sum(
        _ points: [NumberPoint], of metric: MetricSnapshot, monotonic: Bool, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__Sum> {
        let message = message(otlp__sum__init)
        message.pointee.n_data_points = points.count
        message.pointee.data_points = array(points) { number($0, start: metric.startTime, time: time) }
        message.pointee.aggregation_temporality = OTLP__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_CUMULATIVE
        message.pointee.is_monotonic = monotonic ? 1 : 0
        return message
    }

    private func number(
        _ point: NumberPoint, start: UInt64, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__NumberDataPoint> {
        let message = message(otlp__number_data_point__init)
        message.pointee.n_attributes = point.attributes.pairs.count
        message.pointee.attributes = attributes(point.attributes)
        message.pointee.start_time_unix_nano = start
        message.pointee.time_unix_nano = time
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

    private func histogram(
        _ points: [HistogramPoint], of metric: MetricSnapshot, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__Histogram> {
        let message = message(otlp__histogram__init)
        let bounds = metric.descriptor.bounds
        // One copy of the bounds serves every point: packing only reads it.
        let sharedBounds = array(bounds) { $0 }
        message.pointee.n_data_points = points.count
        message.pointee.data_points = array(points) { point in
            let message = self.message(otlp__histogram_data_point__init)
            message.pointee.n_attributes = point.attributes.pairs.count
            message.pointee.attributes = attributes(point.attributes)
            message.pointee.start_time_unix_nano = metric.startTime
            message.pointee.time_unix_nano = time
            message.pointee.count = point.count
            message.pointee.sum = point.sum
            message.pointee._sum_case = OTLP__HISTOGRAM_DATA_POINT___SUM_SUM
            message.pointee.n_bucket_counts = point.counts.count
            message.pointee.bucket_counts = array(point.counts) { $0 }
            message.pointee.n_explicit_bounds = bounds.count
            message.pointee.explicit_bounds = sharedBounds
            return message
        }
        message.pointee.aggregation_temporality = OTLP__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_CUMULATIVE
        return message
    }
}
