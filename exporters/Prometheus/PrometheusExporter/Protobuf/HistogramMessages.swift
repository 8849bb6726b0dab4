import CPrometheusProto
import ProtobufArena
import SagaTelemetry

/// Histograms as `Metric` messages: classic ones with their buckets, exponential ones as native histograms.
extension MessageArena {
    func append(
        histograms points: [HistogramPoint], of metric: MetricSnapshot, _ labels: InstrumentLabels, _ page: Int,
        _ escaping: NameEscaping, to messages: inout MetricMessages
    ) {
        let bounds = metric.descriptor.bounds
        let start = timestamp(metric.startTime)
        var exemplars = SeriesExemplars(metric.exemplars)
        for point in points where point.counts.count == bounds.count + 1 {
            let own = exemplars.next(of: point.series)
            guard let message = labels.metric(point.series, of: metric, page: page, in: self) else { continue }
            var cumulative: UInt64 = 0
            var previous = -Double.infinity
            let buckets = zip(point.counts, bounds + [.infinity]).map { count, bound in
                cumulative &+= count
                defer { previous = bound }
                return bucket(cumulative, upTo: bound, own.largest(above: previous, upTo: bound), escaping)
            }
            let histogram = histogram(count: cumulative, sum: point.sum, buckets, start)
            message.pointee.histogram = histogram
            messages.append(message)
        }
    }

    /// Points too coarse for Prometheus are left out: a scale below -4 cannot be made finer.
    func append(
        native points: [ExponentialHistogramPoint], of metric: MetricSnapshot, _ labels: InstrumentLabels, _ page: Int,
        _ escaping: NameEscaping, to messages: inout MetricMessages
    ) {
        let start = timestamp(metric.startTime)
        var exemplars = SeriesExemplars(metric.exemplars)
        for point in points {
            let own = exemplars.next(of: point.series)
            guard let native = NativeHistogram(point),
                let message = labels.metric(point.series, of: metric, page: page, in: self)
            else { continue }
            // The one classic bucket is what the text formats show, and where servers before 2.50 look for exemplars.
            let all = bucket(point.count, upTo: .infinity, own.largest(above: -.infinity, upTo: .infinity), escaping)
            let histogram = histogram(count: point.count, sum: point.sum, [all], start)
            set(native, of: histogram)
            histogram.pointee.n_exemplars = own.count
            histogram.pointee.exemplars = array(own) { self.exemplar($0, escaping) }
            message.pointee.histogram = histogram
            messages.append(message)
        }
    }

    private func histogram(
        count: UInt64, sum: Double, _ buckets: [UnsafeMutablePointer<Prom__Bucket>?],
        _ start: UnsafeMutablePointer<Prom__Timestamp>
    ) -> UnsafeMutablePointer<Prom__Histogram> {
        let message = message(prom__histogram__init)
        message.pointee.sample_count = count
        message.pointee.has_sample_count = 1
        message.pointee.sample_sum = sum
        message.pointee.has_sample_sum = 1
        message.pointee.n_bucket = buckets.count
        message.pointee.bucket = array(buckets) { $0 }
        message.pointee.start_timestamp = start
        return message
    }

    private func bucket(
        _ cumulative: UInt64, upTo bound: Double, _ exemplar: Exemplar?, _ escaping: NameEscaping
    ) -> UnsafeMutablePointer<Prom__Bucket> {
        let message = message(prom__bucket__init)
        message.pointee.cumulative_count = cumulative
        message.pointee.has_cumulative_count = 1
        message.pointee.upper_bound = bound
        message.pointee.has_upper_bound = 1
        message.pointee.exemplar = exemplar.map { self.exemplar($0, escaping) }
        return message
    }

    private func set(_ native: NativeHistogram, of message: UnsafeMutablePointer<Prom__Histogram>) {
        message.pointee.schema = native.schema
        message.pointee.has_schema = 1
        message.pointee.zero_threshold = native.zeroThreshold
        message.pointee.has_zero_threshold = 1
        message.pointee.zero_count = native.zeroCount
        message.pointee.has_zero_count = 1
        message.pointee.n_positive_span = native.positive.spans.count
        message.pointee.positive_span = array(native.positive.spans, span)
        message.pointee.n_positive_delta = native.positive.deltas.count
        message.pointee.positive_delta = array(native.positive.deltas) { $0 }
        message.pointee.n_negative_span = native.negative.spans.count
        message.pointee.negative_span = array(native.negative.spans, span)
        message.pointee.n_negative_delta = native.negative.deltas.count
        message.pointee.negative_delta = array(native.negative.deltas) { $0 }
    }

    private func span(_ span: NativeBuckets.Span) -> UnsafeMutablePointer<Prom__BucketSpan>? {
        let message = message(prom__bucket_span__init)
        message.pointee.offset = span.offset
        message.pointee.has_offset = 1
        message.pointee.length = span.length
        message.pointee.has_length = 1
        return message
    }
}
