/// Measures one bench: its work and its reference in turns, so that what the machine does meanwhile meets both.
func measure(_ name: String, _ bench: any Bench) async throws -> Row {
    // Caches, predictors and lazily made state are warm from here on.
    _ = try await sample(bench.pass, bench)
    var before = try await sample(bench.referencePass, bench)

    var values: [Double] = []
    var references: [Double] = []
    for _ in 0..<limit where values.count < samples {
        let value = try await sample(bench.pass, bench)
        let after = try await sample(bench.referencePass, bench)
        if max(before, after) <= min(before, after) * (1 + bench.steadiness) {
            values.append(value)
            references.append(bench.steadiness < .infinity ? (before + after) / 2 : after)
        }
        before = after
    }
    try require(!values.isEmpty, "\(name): the reference was never the same before and after, \(limit) times")
    var counter = Meter(.mallocs)
    try await bench.pass(&counter)
    return Row(
        name: name, value: median(values), unit: bench.unit, reference: bench.referenceName,
        referenceValue: median(references), mallocs: counter.total / Double(bench.operations), samples: values.count)
}

/// Odd, so that the median is a measurement.
private let samples = 9
/// Tries, if the reference does not hold still.
private let limit = 3 * samples

/// The figure of one operation, in the bench's unit.
private func sample(_ pass: (inout Meter) async throws -> Void, _ bench: any Bench) async throws -> Double {
    var meter = Meter(.nanoseconds)
    for _ in 0..<bench.passes { try await pass(&meter) }
    return bench.unit.value(nanoseconds: meter.total / Double(bench.passes * bench.operations))
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
