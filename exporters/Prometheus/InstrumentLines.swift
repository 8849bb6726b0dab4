import SagaTelemetry

/// The lines of one instrument, rendered up to their values, found by series number.
///
/// What a scrape then does per line is a copy and a number: no hashing, no allocation, no reference counting.
final class InstrumentLines {
    let descriptor: MetricDescriptor
    let family: Family
    private let scope: InstrumentationScope
    private let bounds: [Double]

    /// Every line's text up to and with the space before the value, back to back.
    private var text: [UInt8] = []
    /// Line `i` is `text[ends[i]..<ends[i + 1]]`.
    private var ends: [Int] = [0]
    private var series: [Series] = []

    private struct Series {
        /// The first of the series' lines.
        var firstLine: Int
        /// The last page that shows the series: no series stands twice on a page, which also bounds what a page can hold.
        var page = 0

        static let unknown = Series(firstLine: -1)
        static let duplicate = Series(firstLine: -2)
    }

    /// Where the instrument stands in the snapshot of page ``snapshotPage``.
    var snapshotIndex = 0
    var snapshotPage = 0

    init(descriptor: MetricDescriptor, family: Family, scope: InstrumentationScope) {
        self.descriptor = descriptor
        self.family = family
        self.scope = scope
        self.bounds = descriptor.bounds
    }

    /// - Returns: how many of `points` are on the page.
    func render(_ points: [NumberPoint], of metric: MetricSnapshot, page: Int, to output: inout PageBuffer) -> Int {
        for point in points where !isKnown(point.series) { learn(point.series, metric.attributes(of: point.series)) }
        return append(to: &output) { text, ends, series, start in
            var out = start
            var written = 0
            points.withUnsafeBufferPointer { points in
                for index in points.indices {
                    let known = series + points[index].series
                    guard known.pointee.firstLine >= 0, known.pointee.page != page else { continue }
                    known.pointee.page = page
                    let line = ends + known.pointee.firstLine
                    out = copy(text, from: line[0], to: line[1], into: out)
                    switch points[index].value {
                    case .int(let value): out += DecimalText.write(value, to: out)
                    case .double(let value): out += DecimalText.write(value, to: out)
                    }
                    out = lineFeed(out)
                    written += 1
                }
            }
            return (out, written)
        }
    }

    /// - Returns: how many of `points` are on the page.
    func render(
        _ points: [HistogramPoint], of metric: MetricSnapshot, page: Int, to output: inout PageBuffer
    ) -> Int {
        for point in points where !isKnown(point.series) { learn(point.series, metric.attributes(of: point.series)) }
        let buckets = bounds.count + 1
        return append(to: &output) { text, ends, series, start in
            var out = start
            var written = 0
            for point in points where point.counts.count == buckets {
                let known = series + point.series
                guard known.pointee.firstLine >= 0, known.pointee.page != page else { continue }
                known.pointee.page = page
                var line = ends + known.pointee.firstLine
                var cumulative: UInt64 = 0
                for count in point.counts {
                    cumulative &+= count
                    out = copy(text, from: line[0], to: line[1], into: out)
                    out = lineFeed(out + DecimalText.write(cumulative, to: out))
                    line += 1
                }
                out = copy(text, from: line[0], to: line[1], into: out)
                out = lineFeed(out + DecimalText.write(point.sum, to: out))
                out = copy(text, from: line[1], to: line[2], into: out)
                out = lineFeed(out + DecimalText.write(cumulative, to: out))
                written += 1
            }
            return (out, written)
        }
    }

    // MARK: Hot path

    private typealias Lines = (
        _ text: UnsafePointer<UInt8>, _ ends: UnsafePointer<Int>, _ series: UnsafeMutablePointer<Series>,
        _ start: UnsafeMutablePointer<UInt8>
    ) -> (end: UnsafeMutablePointer<UInt8>, written: Int)

    /// Gives `body` the cache as bare memory and room for every line that the instrument has.
    ///
    /// Invariant behind the pointers: each series was learned before, so its lines exist, and writes its lines at most
    /// once a page, so all lines with the longest value each are the most that can be written.
    @inline(__always)
    private func append(to output: inout PageBuffer, _ body: Lines) -> Int {
        var written = 0
        let room = text.count + (ends.count - 1) * (DecimalText.maximumLength + 1)
        output.append(atMost: room) { start in
            text.withUnsafeBufferPointer { text in
                ends.withUnsafeBufferPointer { ends in
                    series.withUnsafeMutableBufferPointer { series in
                        guard let text = text.baseAddress, let ends = ends.baseAddress, let series = series.baseAddress
                        else { return start }
                        let result = body(text, ends, series, start)
                        written = result.written
                        return result.end
                    }
                }
            }
        }
        return written
    }

    @inline(__always)
    private func copy(
        _ text: UnsafePointer<UInt8>, from start: Int, to end: Int, into out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        out.update(from: text + start, count: end &- start)
        return out + (end &- start)
    }

    @inline(__always)
    private func lineFeed(_ out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        out.pointee = UInt8(ascii: "\n")
        return out + 1
    }

    // MARK: New series

    private func isKnown(_ number: Int) -> Bool {
        number < series.count && series[number].firstLine != Series.unknown.firstLine
    }

    /// Renders what never changes of a series.
    private func learn(_ number: Int, _ attributes: Attributes) {
        if number >= series.count {
            series += repeatElement(.unknown, count: number + 1 - series.count)
        }
        var labels = Labels(attributes)
        labels.add(scope)
        let labelText = labels.text()
        guard family.claim(labels: labelText) else {
            series[number] = .duplicate
            return
        }
        series[number] = Series(firstLine: ends.count - 1)
        guard family.kind == .histogram else { return addLine("", labelText) }
        for bound in bounds { addLine("_bucket", labelText, upperBound: Self.text(of: bound)) }
        addLine("_bucket", labelText, upperBound: Array("+Inf".utf8))
        addLine("_sum", labelText)
        addLine("_count", labelText)
    }

    private func addLine(_ suffix: String, _ labels: [UInt8], upperBound: [UInt8]? = nil) {
        text += family.name.utf8
        text += suffix.utf8
        if !labels.isEmpty || upperBound != nil { text.append(UInt8(ascii: "{")) }
        text += labels
        if let upperBound {
            if !labels.isEmpty { text.append(UInt8(ascii: ",")) }
            text += "le=\"".utf8
            text += upperBound
            text.append(UInt8(ascii: "\""))
        }
        if !labels.isEmpty || upperBound != nil { text.append(UInt8(ascii: "}")) }
        text.append(UInt8(ascii: " "))
        ends.append(text.count)
    }

    private static func text(of bound: Double) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: DecimalText.maximumLength) { bytes, count in
            // An array of non-zero capacity has a base address.
            count = bytes.baseAddress.map { DecimalText.write(bound, to: $0) } ?? 0
        }
    }
}
