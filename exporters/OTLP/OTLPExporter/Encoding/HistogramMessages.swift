import COTLP
import ProtobufArena
import SagaTelemetry

/// Histograms as `Histogram` and `ExponentialHistogram` messages.
extension MessageArena {
    func histogram(
        _ points: [HistogramPoint], of metric: MetricSnapshot, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__Histogram> {
        let message = message(otlp__histogram__init)
        let bounds = metric.descriptor.bounds
        // One copy of the bounds serves every point: packing only reads it.
        let sharedBounds = array(bounds) { $0 }
        message.pointee.n_data_points = points.count
        message.pointee.data_points = array(points) { point in
            let message = self.message(otlp__histogram_data_point__init)
            let series = metric.attributes(of: point.series)
            message.pointee.n_attributes = series.pairs.count
            message.pointee.attributes = attributes(series)
            message.pointee.start_time_unix_nano = metric.startTime
            message.pointee.time_unix_nano = time
            message.pointee.count = point.count
            message.pointee.sum = point.sum
            message.pointee._sum_case = OTLP__HISTOGRAM_DATA_POINT___SUM_SUM
            if let min = point.min, let max = point.max {
                message.pointee.min = min
                message.pointee._min_case = OTLP__HISTOGRAM_DATA_POINT___MIN_MIN
                message.pointee.max = max
                message.pointee._max_case = OTLP__HISTOGRAM_DATA_POINT___MAX_MAX
            }
            message.pointee.n_bucket_counts = point.counts.count
            message.pointee.bucket_counts = array(point.counts) { $0 }
            message.pointee.n_explicit_bounds = bounds.count
            message.pointee.explicit_bounds = sharedBounds
            (message.pointee.exemplars, message.pointee.n_exemplars) = exemplars(of: point.series, in: metric)
            return message
        }
        message.pointee.aggregation_temporality = temporality(of: metric)
        return message
    }

    func exponentialHistogram(
        _ points: [ExponentialHistogramPoint], of metric: MetricSnapshot, time: UInt64
    ) -> UnsafeMutablePointer<Otlp__ExponentialHistogram> {
        let message = message(otlp__exponential_histogram__init)
        message.pointee.n_data_points = points.count
        message.pointee.data_points = array(points) { point in
            let message = self.message(otlp__exponential_histogram_data_point__init)
            let series = metric.attributes(of: point.series)
            message.pointee.n_attributes = series.pairs.count
            message.pointee.attributes = attributes(series)
            message.pointee.start_time_unix_nano = metric.startTime
            message.pointee.time_unix_nano = time
            message.pointee.count = point.count
            message.pointee.sum = point.sum
            message.pointee._sum_case = OTLP__EXPONENTIAL_HISTOGRAM_DATA_POINT___SUM_SUM
            if let min = point.min, let max = point.max {
                message.pointee.min = min
                message.pointee._min_case = OTLP__EXPONENTIAL_HISTOGRAM_DATA_POINT___MIN_MIN
                message.pointee.max = max
                message.pointee._max_case = OTLP__EXPONENTIAL_HISTOGRAM_DATA_POINT___MAX_MAX
            }
            message.pointee.scale = point.scale
            message.pointee.zero_count = point.zeroCount
            message.pointee.zero_threshold = point.zeroThreshold
            message.pointee.positive = buckets(point.positive)
            message.pointee.negative = buckets(point.negative)
            (message.pointee.exemplars, message.pointee.n_exemplars) = exemplars(of: point.series, in: metric)
            return message
        }
        message.pointee.aggregation_temporality = temporality(of: metric)
        return message
    }

    private func buckets(
        _ buckets: ExponentialHistogramPoint.Buckets
    ) -> UnsafeMutablePointer<Otlp__ExponentialHistogramDataPoint__Buckets>? {
        guard !buckets.counts.isEmpty else { return nil }
        let message = message(otlp__exponential_histogram_data_point__buckets__init)
        message.pointee.offset = buckets.offset
        message.pointee.n_bucket_counts = buckets.counts.count
        message.pointee.bucket_counts = array(buckets.counts) { $0 }
        return message
    }

    func temporality(of metric: MetricSnapshot) -> Otlp__AggregationTemporality {
        switch metric.temporality {
        case .delta: OTLP__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_DELTA
        case .cumulative: OTLP__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_CUMULATIVE
        }
    }
}
