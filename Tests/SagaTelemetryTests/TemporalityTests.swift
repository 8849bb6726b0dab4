import CoreMetrics
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import SagaTelemetry

struct TemporalityTests {
    private let registry = MetricRegistry()
    private let things = MetricDescriptor("test.things", .counter, unit: "{thing}", "Things.")
    private let open = MetricDescriptor("test.open", .upDownCounter, unit: "{thing}", "Open.")
    private let seconds = MetricDescriptor("test.seconds", .histogram(bounds: [1, 2]), unit: "s", "Seconds.")

    /// The table of the OTLP exporter's specification.
    @Test func thePreferencesAreThoseOfTheSpecification() {
        func deltas(_ preference: TemporalityPreference) -> [String] {
            let kinds: [(String, MetricDescriptor.Kind)] = [
                ("counter", .counter), ("upDownCounter", .upDownCounter), ("gauge", .gauge),
                ("histogram", .histogram(bounds: [])),
            ]
            return kinds.flatMap { name, kind in
                [false, true].filter { preference.temporality(of: kind, isObserved: $0) == .delta }
                    .map { $0 ? "observed \(name)" : name }
            }
        }
        #expect(deltas(.cumulative) == [])
        #expect(deltas(.delta) == ["counter", "observed counter", "histogram", "observed histogram"])
        #expect(deltas(.lowMemory) == ["counter", "histogram", "observed histogram"])
    }

    @Test func aDeltaIsWhatCameSinceTheLastDelivery() throws {
        var converter = TemporalityConverter(.delta)
        let counter = registry.counter(things)
        let histogram = registry.histogram(seconds)
        let level = registry.upDownCounter(open)
        counter.add(5)
        histogram.record(0.5)
        level.add(3)
        let first = registry.snapshot()
        let before = converter.convert(first)
        #expect(before.numbers("test.things") == ["": .int(5)] && before.numbers("test.open") == ["": .int(3)])
        #expect(before["test.things"]?.temporality == .delta && before["test.open"]?.temporality == .cumulative)
        #expect(before["test.things"]?.startTime == first["test.things"]?.startTime)
        converter.commit(first)

        counter.add(2)
        histogram.record(1.5)
        histogram.record(9)
        level.add(-1)
        let second = registry.snapshot()
        let delta = converter.convert(second)
        #expect(delta.numbers("test.things") == ["": .int(2)] && delta.numbers("test.open") == ["": .int(2)])
        let point = try #require(delta.histograms("test.seconds")[""])
        #expect(point.counts == [0, 1, 1] && point.sum == 10.5 && point.min == nil && point.max == nil)
        #expect(
            delta["test.things"]?.startTime == first.time
                && delta["test.open"]?.startTime == first["test.open"]?.startTime)
        // The page of the same moment is cumulative.
        #expect(second.numbers("test.things") == ["": .int(7)])
        converter.commit(second)

        #expect(
            converter.convert(registry.snapshot()).metrics.map(\.descriptor.name) == ["test.open"], "nothing changed")
    }

    @Test func whatWasNotDeliveredIsInTheNextDelta() {
        var converter = TemporalityConverter(.delta)
        let counter = registry.counter(things)
        counter.add(5)
        let first = registry.snapshot()
        converter.commit(first)
        counter.add(2)
        #expect(converter.convert(registry.snapshot()).numbers("test.things") == ["": .int(2)])
        counter.add(4)
        let delta = converter.convert(registry.snapshot())
        #expect(delta.numbers("test.things") == ["": .int(6)] && delta["test.things"]?.startTime == first.time)
    }

    @Test func observedCountersHaveDeltasTooAndMayComeAndGo() {
        let box = Shared(values: [:])
        registry.observe(things) { observations in
            for (id, value) in box.current.sorted(by: { $0.key < $1.key }) {
                observations.observe(value, ["id": .string(id)])
            }
        }
        var converter = TemporalityConverter(.delta)
        func next(_ values: [String: Int]) -> [String: NumberPoint.Value] {
            box.current = values
            let snapshot = registry.snapshot()
            defer { converter.commit(snapshot) }
            return converter.convert(snapshot).numbers("test.things")
        }
        #expect(next(["a": 10, "b": 1]) == ["id=a": .int(10), "id=b": .int(1)])
        #expect(next(["a": 15]) == ["id=a": .int(5)])
        #expect(next(["a": 15, "b": 4, "c": 2]) == ["id=b": .int(3), "id=c": .int(2)])
        // It began anew: all of it is new.
        #expect(next(["a": 3]) == ["id=a": .int(3)])
        #expect(
            TemporalityConverter(.lowMemory).convert(registry.snapshot())["test.things"]?.temporality == .cumulative)
    }

    /// A counter of swift-metrics may fall: the delta is what it has counted since, never negative.
    @Test func aCounterThatIsResetBeginsAnew() throws {
        let factory = SagascopeMetricsFactory(registry: registry)
        let whole = Counter(label: "whole", factory: factory)
        let real = FloatingPointCounter(label: "real", factory: factory)
        var converter = TemporalityConverter(.delta)
        func next() -> (whole: NumberPoint.Value?, real: NumberPoint.Value?, start: UInt64?, now: UInt64) {
            let snapshot = registry.snapshot()
            defer { converter.commit(snapshot) }
            let delta = converter.convert(snapshot)
            return (
                delta.numbers("whole")[""], delta.numbers("real")[""], delta["whole"]?.startTime, snapshot.time
            )
        }
        whole.increment(by: 10)
        real.increment(by: 2.5)
        let first = next()
        #expect(first.whole == .int(10) && first.real == .double(2.5))
        whole.reset()
        real.reset()
        whole.increment(by: 3)
        real.increment(by: 0.5)
        let second = next()
        #expect(second.whole == .int(3) && second.real == .double(0.5) && second.start == first.now)
        // To nothing: there is no delta, and the next one begins at zero.
        whole.reset()
        real.reset()
        let third = next()
        #expect(third.whole == nil && third.real == nil)
        whole.increment(by: 4)
        let fourth = next()
        #expect(fourth.whole == .int(4) && fourth.start == third.now)
    }

    /// As doubles the two would be equal.
    @Test func aLargeSumThatFallsByOneBeginsAnewToo() {
        let large = NumberPoint(series: 0, value: .int(1 << 60))
        let fallen = NumberPoint(series: 0, value: .int((1 << 60) - 1))
        #expect(fallen.delta(since: large) == fallen)
        #expect(large.delta(since: fallen)?.value == .int(1))
        #expect(large.delta(since: large) == nil)
    }

    /// Deltas of an exponential histogram add up to it, although its scale falls on the way.
    @Test func exponentialDeltasAddUp() throws {
        var options = MetricOptions()
        options.views = [MetricView(.name("*"), aggregation: .exponential(maxBuckets: 20))]
        let registry = MetricRegistry(options: options)
        let histogram = registry.histogram(seconds)
        var converter = TemporalityConverter(.delta)
        var generator = SplitMix(state: 7)
        var scales: Set<Int32> = []
        var total = ExponentialHistogramPoint.Buckets()
        var zeros: UInt64 = 0
        for round in 1...12 {
            for _ in 0..<100 {
                histogram.record(
                    Double(Int.random(in: 0...(1 << round), using: &generator)) * (round % 2 == 0 ? -1 : 1))
            }
            let snapshot = registry.snapshot()
            let whole = try #require(snapshot.exponential("test.seconds")[""])
            let delta = try #require(converter.convert(snapshot).exponential("test.seconds")[""])
            #expect(delta.count == 100 && delta.scale == whole.scale)
            zeros += delta.zeroCount
            let steps = (scales.min() ?? whole.scale) - whole.scale
            total = sum(total.coarsened(by: steps), delta.positive)
            scales.insert(whole.scale)
            #expect(total == whole.positive && zeros == whole.zeroCount)
            converter.commit(snapshot)
        }
        #expect(scales.count > 3)
    }

    private func sum(
        _ left: ExponentialHistogramPoint.Buckets, _ right: ExponentialHistogramPoint.Buckets
    ) -> ExponentialHistogramPoint.Buckets {
        guard !left.counts.isEmpty else { return right }
        guard !right.counts.isEmpty else { return left }
        let first = min(left.offset, right.offset)
        let end = max(left.offset + Int32(left.counts.count), right.offset + Int32(right.counts.count))
        var counts = [UInt64](repeating: 0, count: Int(end - first))
        for side in [left, right] {
            for (index, count) in side.counts.enumerated() { counts[Int(side.offset - first) + index] += count }
        }
        return .init(offset: first, counts: counts)
    }

    @Test func deltasCarryOnlyTheExemplarsOfTheirTime() {
        var options = MetricOptions()
        options.exemplarFilter = .alwaysOn
        let registry = MetricRegistry(options: options)
        var converter = TemporalityConverter(.delta)
        registry.histogram(seconds).record(0.5)
        let first = registry.snapshot()
        #expect(converter.convert(first)["test.seconds"]?.exemplars.count == 1)
        converter.commit(first)
        registry.histogram(seconds).record(1.5)
        let delta = converter.convert(registry.snapshot())
        #expect(delta["test.seconds"]?.exemplars.map(\.value) == [.double(1.5)])
    }

    /// One pipeline pushes deltas while a page of the same registry is cumulative; a push that fails loses nothing.
    @Test func aPushOfDeltasSurvivesAFailure() async throws {
        let exporter = FailingOnce()
        var options = PipelineOptions()
        options.metricTemporality = .delta
        let registry = registry
        let counter = registry.counter(things)
        try await withRecording(options: options, registry: registry, exporter: exporter) { recording in
            counter.add(5)
            await recording.pipeline.forceFlush()
            counter.add(2)
            await recording.pipeline.forceFlush()
            counter.add(1)
            await recording.pipeline.forceFlush()
            #expect(registry.snapshot().numbers("test.things") == ["": .int(8)])
        }
        #expect(exporter.received == [5, 7, 1], "the first one failed, so the second one has both")
    }

    private final class Shared: Sendable {
        private let values: Mutex<[String: Int]>

        init(values: [String: Int]) { self.values = Mutex(values) }

        var current: [String: Int] {
            get { values.withLock { $0 } }
            set { values.withLock { $0 = newValue } }
        }
    }

    private final class FailingOnce: TelemetryExporter {
        private let values = Mutex<[Int]>([])

        let destination = "nowhere"

        var received: [Int] { values.withLock { $0 } }

        func export(spans: RecordBatch) async -> ExportOutcome { .exported(spans.count) }
        func export(logs: RecordBatch) async -> ExportOutcome { .exported(logs.count) }
        func export(metrics: MetricsSnapshot) async -> ExportOutcome {
            guard case .int(let value) = metrics.numbers("test.things")[""] else {
                return .exported(metrics.pointCount)
            }
            let isFirst = values.withLock { values in
                values.append(Int(value))
                return values.count == 1
            }
            return isFirst ? .dropped(metrics.pointCount, .unreachable) : .exported(metrics.pointCount)
        }
        func shutdown() async {}
    }
}
