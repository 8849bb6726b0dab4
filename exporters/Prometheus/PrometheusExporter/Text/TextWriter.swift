import SagaTelemetry

/// Families as text, with every line kept up to its value.
final class TextWriter: FamilyWriter {
    private let style: TextStyle
    private var instruments: [InstrumentLines?] = []
    private var headers: [String: [UInt8]] = [:]
    private var targetText: (TargetInfo, [UInt8])?

    init(_ syntax: TextSyntax, escaping: NameEscaping, scope: InstrumentationScope?, createdSamples: Bool) {
        style = TextStyle(syntax: syntax, escaping: escaping, scope: scope, createdSamples: createdSamples)
    }

    func write(_ family: Family, _ metrics: [MetricSnapshot], page: Int, to output: inout PageBuffer) -> Int {
        output.append(header(of: family))
        var points = 0
        for metric in metrics {
            let lines = lines(of: metric, in: family)
            switch (metric.points, family.kind) {
            case (.numbers(let numbers), .counter), (.numbers(let numbers), .gauge):
                points += lines.render(numbers, of: metric, page: page, to: &output)
            case (.histograms(let histograms), .histogram):
                points += lines.render(histograms, of: metric, page: page, to: &output)
            case (.exponential(let histograms), .histogram):
                points += lines.render(histograms, of: metric, page: page, to: &output)
            case (.numbers, .histogram), (.histograms, _), (.exponential, _):
                continue
            }
        }
        return points
    }

    func write(_ target: TargetInfo, to output: inout PageBuffer) {
        if targetText?.0 != target {
            var text = style.syntax.header(of: target)
            TextSyntax.appendSample(target.sampleName, target.labels.text(), to: &text)
            text += "1\n".utf8
            targetText = (target, text)
        }
        if let targetText { output.append(targetText.1) }
    }

    func finish(_ output: inout PageBuffer) {
        if style.syntax == .openMetrics { output.append("# EOF\n") }
    }

    private func header(of family: Family) -> [UInt8] {
        if let known = headers[family.name] { return known }
        let header = style.syntax.header(of: family)
        headers[family.name] = header
        return header
    }

    private func lines(of metric: MetricSnapshot, in family: Family) -> InstrumentLines {
        let number = metric.instrument
        if number >= instruments.count { instruments += repeatElement(nil, count: number + 1 - instruments.count) }
        if let known = instruments[number] { return known }
        let lines = InstrumentLines(
            family: family, bounds: metric.points.isExponential ? [] : metric.descriptor.bounds, style: style)
        instruments[number] = lines
        return lines
    }
}
