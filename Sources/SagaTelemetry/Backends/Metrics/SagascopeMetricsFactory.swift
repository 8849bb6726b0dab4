public import CoreMetrics

/// The backend for swift-metrics: what existing `Counter`, `Meter`, `Gauge`, `Recorder` and `Timer` code measures goes out
/// with Sagascope's own metrics.
///
/// `Sagascope.bootstrap()` installs it unless the program has installed another one; `withMetricsFactory` scopes it to a
/// task tree:
///
/// ```swift
/// let registry = MetricRegistry()
/// withMetricsFactory(SagascopeMetricsFactory(registry: registry)) {
///     Counter(label: "orders", dimensions: [("country", "is")]).increment()
/// }
/// ```
/// | swift-metrics | becomes |
/// |---|---|
/// | `Counter`, `FloatingPointCounter` | a counter; negative, NaN and infinite increments are ignored, and told of once |
/// | `Meter`, `Gauge`, `Recorder(aggregate: false)` | a gauge; absent until it is set |
/// | `Recorder` | a histogram without a unit |
/// | `Timer` | a histogram in seconds; `preferredDisplayUnit` is for people, so it changes nothing here |
///
/// The label is the metric's name, as it is; dimensions are its attributes, in any order. Instruments with the same label
/// and dimensions share one series, and it is there until each of them was destroyed; a histogram's stays, since what it
/// has counted remains true. Past `seriesLimit` sets of dimensions of a label, destroyed ones included, further ones share
/// one series; past 10,000 labels, instruments with new ones do nothing. The log tells of either once.
public struct SagascopeMetricsFactory: MetricsFactory {
    private let registry: MetricRegistry
    private let seriesLimit: Int
    private let families: ObservedFamilies

    /// - Parameters:
    ///   - registry: where the series stand. Any number of factories may share one.
    ///   - seriesLimit: the most sets of dimensions of one label, for counters and gauges; a registry has its own limit for
    ///     histograms.
    public init(registry: MetricRegistry = .shared, seriesLimit: Int = MetricOptions.defaultCardinalityLimit) {
        self.registry = registry
        self.seriesLimit = seriesLimit
        families = registry.attachments.object { ObservedFamilies() }
    }

    // MARK: making

    // A label that is not admitted gets a handler that does nothing: the program goes on, and the log names the label.

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        guard families.labels.admit(label) else { return NOOPMetricsHandler.instance }
        return sum(label, dimensions)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        guard families.labels.admit(label) else { return NOOPMetricsHandler.instance }
        let handler = sum(label, dimensions)
        handler.becomeFloating()
        return handler
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        guard families.labels.admit(label) else { return NOOPMetricsHandler.instance }
        return lastValue(label, dimensions)
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard families.labels.admit(label) else { return NOOPMetricsHandler.instance }
        guard aggregate else { return lastValue(label, dimensions) }
        return distribution(label, unit: "", bounds: Self.recorderBounds, dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        guard families.labels.admit(label) else { return NOOPMetricsHandler.instance }
        return distribution(label, unit: "s", bounds: Buckets.standard, dimensions)
    }

    private func sum(_ label: String, _ dimensions: [(String, String)]) -> SumHandler {
        handler(label, dimensions, .counter, in: families.sums)
    }

    private func lastValue(_ label: String, _ dimensions: [(String, String)]) -> LastValueHandler {
        handler(label, dimensions, .gauge, in: families.lastValues)
    }

    private func handler<Handler>(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricDescriptor.Kind,
        in table: ObservedFamilies.Table<Handler>
    ) -> Handler {
        let (family, isNew) = table.family(label, limit: seriesLimit)
        if isNew { registry.observe(MetricDescriptor(label, kind, unit: "", "")) { family.report(to: &$0) } }
        return family.handler(for: Attributes(dimensions: dimensions))
    }

    private func distribution(
        _ label: String, unit: String, bounds: [Double], _ dimensions: [(String, String)]
    ) -> DistributionHandler {
        let descriptor = MetricDescriptor(label, .histogram(bounds: bounds), unit: unit, "")
        return DistributionHandler(label, registry.histogram(descriptor, Attributes(dimensions: dimensions)))
    }

    /// The specification's default for a histogram of unknown unit.
    private static let recorderBounds: [Double] = [
        0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000,
    ]

    // MARK: destroying

    public func destroyCounter(_ handler: any CounterHandler) { release(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { release(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { release(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { release(handler) }
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func release(_ handler: AnyObject) {
        if let sum = handler as? SumHandler { families.sums.release(sum) }
        if let lastValue = handler as? LastValueHandler { families.lastValues.release(lastValue) }
    }
}

extension Attributes {
    /// Dimensions of swift-metrics: any order, text only; of two with one key the last one stands, and one without a key is
    /// left out, since no exporter could name it.
    convenience init(dimensions: [(String, String)]) {
        self.init(dimensions.filter { !$0.0.isEmpty }.map { (key: $0.0, value: .string($0.1)) })
    }
}
