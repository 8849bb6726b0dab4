import CPrometheusProto
import ProtobufArena
import SagaTelemetry

/// The labels of one instrument's series as messages, made once and referred to by every page.
final class InstrumentLabels {
    typealias LabelArray = UnsafeMutablePointer<UnsafeMutablePointer<Prom__LabelPair>?>

    private let family: Family
    private let scope: InstrumentationScope?
    private let escaping: NameEscaping
    /// Holds the messages for as long as this object lives, which is longer than any page that is being written.
    private let arena = MessageArena()
    private var labels: [(count: Int, pairs: LabelArray?)] = []
    private var series: [SeriesPlace] = []

    init(family: Family, scope: InstrumentationScope?, escaping: NameEscaping) {
        self.family = family
        self.scope = scope
        self.escaping = escaping
    }

    /// Takes the series' place on the page.
    ///
    /// - Returns: a metric with the labels and no value, made in `pageArena`; nil when the series has no place or has taken it.
    func metric(
        _ number: Int, of snapshot: MetricSnapshot, page: Int, in pageArena: MessageArena
    ) -> UnsafeMutablePointer<Prom__Metric>? {
        if number >= series.count || !series[number].isKnown { learn(number, snapshot.attributes(of: number)) }
        guard series[number].first >= 0, series[number].page != page else { return nil }
        series[number].page = page
        let message = pageArena.message(prom__metric__init)
        let labels = labels[series[number].first]
        message.pointee.n_label = labels.count
        message.pointee.label = labels.pairs
        return message
    }

    private func learn(_ number: Int, _ attributes: Attributes) {
        if number >= series.count {
            series += repeatElement(.unknown, count: number + 1 - series.count)
        }
        let own = Labels(attributes, scope: scope, escaping: escaping)
        guard family.claim(labels: own.text()) else {
            series[number] = .duplicate
            return
        }
        series[number] = SeriesPlace(first: labels.count)
        labels.append((own.pairs.count, arena.labelPairs(own)))
    }
}

extension MessageArena {
    func labelPairs(_ labels: Labels) -> InstrumentLabels.LabelArray? {
        array(labels.pairs) { pair in
            let message = self.message(prom__label_pair__init)
            message.pointee.name = self.string(pair.name)
            message.pointee.value = self.string(pair.value)
            return message
        }
    }
}
