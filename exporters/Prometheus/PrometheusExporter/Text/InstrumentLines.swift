import SagaTelemetry

/// The lines of one instrument, rendered up to their values, found by series number.
///
/// What a scrape then does per line is a copy and a number: no hashing, no allocation, no reference counting.
final class InstrumentLines {
    let family: Family
    /// Of classic buckets, without +Inf.
    let bounds: [Double]
    let style: TextStyle

    /// Every line's text up to and with the space before the value, back to back.
    private(set) var text: [UInt8] = []
    /// Line `i` is `text[ends[i]..<ends[i + 1]]`.
    private(set) var ends: [Int] = [0]
    private var series: [SeriesPlace] = []

    init(family: Family, bounds: [Double], style: TextStyle) {
        self.family = family
        self.bounds = bounds
        self.style = style
    }

    /// Takes the place of `number` on the page.
    /// - Returns: the first of the series' lines; nil when the series has no place or has taken it.
    func take(_ number: Int, page: Int) -> Int? {
        guard series[number].first >= 0, series[number].page != page else { return nil }
        series[number].page = page
        return series[number].first
    }

    /// Gives `body` the cache as bare memory and room for every line that the instrument has.
    ///
    /// Invariant behind the pointers: each series was learned before, so its lines exist, and writes its lines at most
    /// once a page, so all lines with the longest value each are the most that can be written.
    @inline(__always)
    func append(
        to output: inout PageBuffer,
        _ body: (
            _ text: UnsafePointer<UInt8>, _ ends: UnsafePointer<Int>, _ series: UnsafeMutablePointer<SeriesPlace>,
            _ start: UnsafeMutablePointer<UInt8>
        ) -> UnsafeMutablePointer<UInt8>
    ) {
        let room = text.count + (ends.count - 1) * (DecimalText.maximumLength + 1)
        output.append(atMost: room) { start in
            text.withUnsafeBufferPointer { text in
                ends.withUnsafeBufferPointer { ends in
                    series.withUnsafeMutableBufferPointer { series in
                        guard let text = text.baseAddress, let ends = ends.baseAddress, let series = series.baseAddress
                        else { return start }
                        return body(text, ends, series, start)
                    }
                }
            }
        }
    }

    /// Appends line `line` up to its value.
    func append(line: Int, to output: inout PageBuffer) {
        let (start, end) = (ends[line], ends[line + 1])
        output.append(atMost: end - start) { out in
            text.withUnsafeBufferPointer { text in
                if let base = text.baseAddress { out.update(from: base + start, count: end - start) }
            }
            return out + (end - start)
        }
    }

    // MARK: New series

    /// Renders what never changes of a series, when it is a new one.
    @inline(__always)
    func learn(_ number: Int, of metric: MetricSnapshot) {
        if number >= series.count || !series[number].isKnown { learnNew(number, metric.attributes(of: number)) }
    }

    private func learnNew(_ number: Int, _ attributes: Attributes) {
        if number >= series.count {
            series += repeatElement(.unknown, count: number + 1 - series.count)
        }
        let labels = Labels(attributes, scope: style.scope, escaping: style.escaping).text()
        guard family.claim(labels: labels) else {
            series[number] = .duplicate
            return
        }
        series[number] = SeriesPlace(first: ends.count - 1)
        switch family.kind {
        case .counter, .gauge:
            addLine(family.sampleName, labels)
        case .histogram:
            for bound in bounds + [.infinity] {
                addLine(family.name + "_bucket", labels, upperBound: style.syntax.text(ofBound: bound))
            }
            addLine(family.name + "_sum", labels)
            addLine(family.name + "_count", labels)
        }
        if style.createdSamples, family.kind != .gauge { addLine(family.name + "_created", labels) }
    }

    private func addLine(_ name: String, _ labels: [UInt8], upperBound: String? = nil) {
        TextSyntax.appendSample(name, labels, upperBound: upperBound, to: &text)
        ends.append(text.count)
    }
}
