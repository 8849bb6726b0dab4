/// The outcome of one bench.
struct Row: Encodable {
    let name: String
    /// Of one operation, or how many a second, in ``unit``; the median of the samples, as is ``referenceValue``.
    let value: Double
    let unit: TimeUnit
    let reference: String
    let referenceValue: Double
    let ratio: Double
    /// Allocations of one operation, in the whole process.
    let mallocs: Double
    /// How many samples the medians are of.
    let samples: Int

    init(
        name: String, value: Double, unit: TimeUnit, reference: String, referenceValue: Double, mallocs: Double,
        samples: Int
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.reference = reference
        self.referenceValue = referenceValue
        self.ratio = value / referenceValue
        self.mallocs = mallocs
        self.samples = samples
    }

    private enum CodingKeys: String, CodingKey {
        case name, value, unit, reference
        case referenceValue = "reference_value"
        case ratio, mallocs, samples
    }
}
