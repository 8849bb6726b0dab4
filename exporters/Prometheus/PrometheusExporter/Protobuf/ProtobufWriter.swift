import CPrometheusProto
import ProtobufArena
import SagaTelemetry

/// Families as `io.prometheus.client.MetricFamily` messages, each behind its length as a varint.
///
/// A NUL in a name, label or help text becomes U+FFFD, since the strings of libprotobuf-c end at the first one.
final class ProtobufWriter: FamilyWriter {
    private let escaping: NameEscaping
    private let scope: InstrumentationScope?
    private var instruments: [InstrumentLabels?] = []

    init(escaping: NameEscaping, scope: InstrumentationScope?) {
        self.escaping = escaping
        self.scope = scope
    }

    func write(_ family: Family, _ metrics: [MetricSnapshot], page: Int, to output: inout PageBuffer) -> Int {
        let arena = MessageArena()
        var messages: [UnsafeMutablePointer<Prom__Metric>?] = []
        for metric in metrics {
            let labels = labels(of: metric, in: family)
            messages.reserveCapacity(messages.count + metric.points.count)
            switch (metric.points, family.kind) {
            case (.numbers(let points), .counter):
                arena.append(counters: points, of: metric, labels, page, escaping, to: &messages)
            case (.numbers(let points), .gauge):
                arena.append(gauges: points, of: metric, labels, page, to: &messages)
            case (.histograms(let points), .histogram):
                arena.append(histograms: points, of: metric, labels, page, escaping, to: &messages)
            case (.exponential(let points), .histogram):
                arena.append(native: points, of: metric, labels, page, escaping, to: &messages)
            case (.numbers, .histogram), (.histograms, _), (.exponential, _):
                continue
            }
        }
        guard !messages.isEmpty else { return 0 }
        let message = arena.family(family.sampleName, help: family.help, type: family.kind.messageType)
        if let unit = family.unit { message.pointee.unit = arena.string(unit) }
        message.pointee.n_metric = messages.count
        message.pointee.metric = arena.array(messages) { $0 }
        output.append(delimited: message)
        return withExtendedLifetime(arena) { messages.count }
    }

    func write(_ target: TargetInfo, to output: inout PageBuffer) {
        let arena = MessageArena()
        let metric = arena.message(prom__metric__init)
        metric.pointee.n_label = target.labels.pairs.count
        metric.pointee.label = arena.labelPairs(target.labels)
        metric.pointee.gauge = arena.gauge(1)
        // The protobuf format has no info metrics.
        let message = arena.family(target.sampleName, help: TargetInfo.help, type: PROM__METRIC_TYPE__GAUGE)
        message.pointee.n_metric = 1
        message.pointee.metric = arena.array(CollectionOfOne(metric)) { $0 }
        withExtendedLifetime(arena) { output.append(delimited: message) }
    }

    func finish(_ output: inout PageBuffer) {}

    private func labels(of metric: MetricSnapshot, in family: Family) -> InstrumentLabels {
        let number = metric.instrument
        if number >= instruments.count { instruments += repeatElement(nil, count: number + 1 - instruments.count) }
        if let known = instruments[number] { return known }
        let labels = InstrumentLabels(family: family, scope: scope, escaping: escaping)
        instruments[number] = labels
        return labels
    }
}

extension Family.Kind {
    fileprivate var messageType: Prom__MetricType {
        switch self {
        case .counter: PROM__METRIC_TYPE__COUNTER
        case .gauge: PROM__METRIC_TYPE__GAUGE
        case .histogram: PROM__METRIC_TYPE__HISTOGRAM
        }
    }
}

extension MessageArena {
    fileprivate func family(
        _ name: String, help: String, type: Prom__MetricType
    ) -> UnsafeMutablePointer<Prom__MetricFamily> {
        let message = message(prom__metric_family__init)
        message.pointee.name = string(name)
        message.pointee.help = string(help)
        message.pointee.type = type
        message.pointee.has_type = 1
        return message
    }
}

extension PageBuffer {
    /// Appends the message behind its length.
    fileprivate mutating func append(delimited message: UnsafePointer<Prom__MetricFamily>) {
        let size = prom__metric_family__get_packed_size(message)
        // Seven bits a byte, ten bytes for 64 bits.
        append(atMost: size + 10) { start in
            var out = start
            var rest = size
            while rest > 0x7F {
                out.pointee = UInt8(rest & 0x7F) | 0x80
                out += 1
                rest >>= 7
            }
            out.pointee = UInt8(rest)
            out += 1
            return out + prom__metric_family__pack(message, out)
        }
    }
}
