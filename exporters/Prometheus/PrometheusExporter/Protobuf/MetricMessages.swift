import CPrometheusProto
import ProtobufArena
import SagaTelemetry

/// Counters and gauges as `Metric` messages. Every number of the format is a double.
extension MessageArena {
    typealias MetricMessages = [UnsafeMutablePointer<Prom__Metric>?]

    func append(
        counters points: [NumberPoint], of metric: MetricSnapshot, _ labels: InstrumentLabels, _ page: Int,
        _ escaping: NameEscaping, to messages: inout MetricMessages
    ) {
        var exemplars = SeriesExemplars(metric.exemplars)
        let start = timestamp(metric.startTime)
        for point in points {
            let exemplar = exemplars.next(of: point.series).latest
            guard let message = labels.metric(point.series, of: metric, page: page, in: self) else { continue }
            let counter = self.message(prom__counter__init)
            counter.pointee.value = point.number
            counter.pointee.has_value = 1
            counter.pointee.start_timestamp = start
            counter.pointee.exemplar = exemplar.map { self.exemplar($0, escaping) }
            message.pointee.counter = counter
            messages.append(message)
        }
    }

    func append(
        gauges points: [NumberPoint], of metric: MetricSnapshot, _ labels: InstrumentLabels, _ page: Int,
        to messages: inout MetricMessages
    ) {
        for point in points {
            guard let message = labels.metric(point.series, of: metric, page: page, in: self) else { continue }
            message.pointee.gauge = gauge(point.number)
            messages.append(message)
        }
    }

    func gauge(_ value: Double) -> UnsafeMutablePointer<Prom__Gauge> {
        let message = message(prom__gauge__init)
        message.pointee.value = value
        message.pointee.has_value = 1
        return message
    }

    /// - Parameter time: nanoseconds since the Unix epoch.
    func timestamp(_ time: UInt64) -> UnsafeMutablePointer<Prom__Timestamp> {
        let message = message(prom__timestamp__init)
        message.pointee.seconds = Int64(time / 1_000_000_000)
        message.pointee.has_seconds = 1
        message.pointee.nanos = Int32(time % 1_000_000_000)
        message.pointee.has_nanos = 1
        return message
    }

    func exemplar(_ exemplar: Exemplar, _ escaping: NameEscaping) -> UnsafeMutablePointer<Prom__Exemplar> {
        let labels = Labels(exemplar, escaping: escaping)
        let message = message(prom__exemplar__init)
        message.pointee.n_label = labels.pairs.count
        message.pointee.label = labelPairs(labels)
        message.pointee.value = exemplar.number
        message.pointee.has_value = 1
        message.pointee.timestamp = timestamp(exemplar.time)
        return message
    }
}

extension NumberPoint {
    fileprivate var number: Double {
        switch value {
        case .int(let value): Double(value)
        case .double(let value): value
        }
    }
}
