/// Measures one bench: its work and its reference in turns, so that what the machine does meanwhile meets both.
func measure(_ name: String, _ bench: any Bench) async throws -> Row {
    // Caches, predictors and lazily made state are warm from here on.
    _ = try await sample(bench.pass, bench)
    _ = try await sample(bench.referencePass, bench)

    var values: [Double] = []
    var references: [Double] = []
    for _ in 0..<samples {
        values.append(try await sample(bench.pass, bench))
        references.append(try await sample(bench.referencePass, bench))
    }
    var counter = Meter(.mallocs)
    try await bench.pass(&counter)
    return Row(
        name: name, value: median(values), unit: bench.unit, reference: bench.referenceName,
        referenceValue: median(references), mallocs: counter.total / Double(bench.operations))
}

/// Odd, so that the median is a measurement.
private let samples = 9

/// The time of one operation, in the bench's unit.
private func sample(_ pass: (inout Meter) async throws -> Void, _ bench: any Bench) async throws -> Double {
    var meter = Meter(.nanoseconds)
    for _ in 0..<bench.passes { try await pass(&meter) }
    return meter.total / Double(bench.passes * bench.operations) / bench.unit.inNanoseconds
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
