import SagaTelemetry

extension InstrumentLines {
    /// - Returns: how many of `points` are on the page.
    func render(_ points: [NumberPoint], of metric: MetricSnapshot, page: Int, to output: inout PageBuffer) -> Int {
        for point in points { learn(point.series, of: metric) }
        let isOpenMetricsCounter = style.syntax == .openMetrics && family.kind == .counter
        if isOpenMetricsCounter, style.createdSamples || !metric.exemplars.isEmpty {
            return renderCounters(points, of: metric, page: page, to: &output)
        }
        var written = 0
        append(to: &output) { text, ends, series, start in
            var out = start
            points.withUnsafeBufferPointer { points in
                for point in points {
                    let place = series + point.series
                    guard place.pointee.first >= 0, place.pointee.page != page else { continue }
                    if isOpenMetricsCounter, !style.syntax.allows(counter: point.value) { continue }
                    place.pointee.page = page
                    let line = ends + place.pointee.first
                    let length = line[1] &- line[0]
                    out.update(from: text + line[0], count: length)
                    out += length
                    switch point.value {
                    case .int(let value): out += DecimalText.write(value, to: out)
                    case .double(let value): out += DecimalText.write(value, to: out)
                    }
                    out.pointee = UInt8(ascii: "\n")
                    out += 1
                    written += 1
                }
            }
            return out
        }
        return written
    }

    /// Counters with what OpenMetrics has beside their values.
    private func renderCounters(
        _ points: [NumberPoint], of metric: MetricSnapshot, page: Int, to output: inout PageBuffer
    ) -> Int {
        var exemplars = SeriesExemplars(metric.exemplars)
        var written = 0
        for point in points {
            let exemplar = exemplars.next(of: point.series).latest
            guard style.syntax.allows(counter: point.value), let line = take(point.series, page: page) else { continue }
            append(line: line, to: &output)
            output.append(point.value)
            if let exemplar { ExemplarText.append(exemplar, escaping: style.escaping, to: &output) }
            output.append("\n")
            if style.createdSamples { appendCreated(line: line + 1, of: metric, to: &output) }
            written += 1
        }
        return written
    }

    /// When counting began.
    func appendCreated(line: Int, of metric: MetricSnapshot, to output: inout PageBuffer) {
        append(line: line, to: &output)
        output.append(seconds: metric.startTime)
        output.append("\n")
    }
}
