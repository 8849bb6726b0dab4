import Foundation
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

/// OpenTelemetry metrics data model, "ExponentialHistogram", and metrics SDK, "Base2 Exponential Bucket Histogram
/// Aggregation".
struct ExponentialHistogramTests {
    private let descriptor = MetricDescriptor("test.h", .histogram(bounds: [1]), unit: "s", "H.")

    private func registry(maxBuckets: Int = 160, maxScale: Int = 20) -> MetricRegistry {
        var options = MetricOptions()
        options.views = [
            MetricView(.name("test.h"), aggregation: .exponential(maxBuckets: maxBuckets, maxScale: maxScale))
        ]
        return MetricRegistry(options: options)
    }

    private func point(_ values: [Double], maxBuckets: Int = 160, maxScale: Int = 20) throws
        -> ExponentialHistogramPoint
    {
        let registry = registry(maxBuckets: maxBuckets, maxScale: maxScale)
        let histogram = registry.histogram(descriptor)
        for value in values { histogram.record(value) }
        return try #require(registry.snapshot().exponential("test.h")[""])
    }

    @Test func oneValueIsOneBucketOfTheFinestScale() throws {
        let point = try point([3, 3])
        #expect(point.scale == 20 && point.count == 2 && point.sum == 6 && point.min == 3 && point.max == 3)
        #expect(point.positive.counts == [2])
        let index = (log2(3) * 0x1p20).rounded(.up) - 1
        #expect(point.positive.offset == Int32(index))
    }

    /// A power of two is the inclusive upper bound of its bucket, at every scale.
    @Test(arguments: -10...20) func powersOfTwoAreUpperBounds(scale: Int) throws {
        for exponent in [-1022, -1000, -7, -1, 0, 1, 2, 9, 1000, 1023] {
            let value = Double(sign: .plus, exponent: exponent, significand: 1)
            let point = try point([value], maxScale: scale)
            let expected = scale >= 0 ? exponent << scale - 1 : (exponent - 1) >> -scale
            #expect(point.positive.offset == Int32(expected), "2^\(exponent) at scale \(scale)")
        }
    }

    /// Every bucket holds what its bounds say, for scales that are read off a table and those that are computed.
    @Test(arguments: [-10, -4, -1, 0, 1, 3, 7, 8, 9, 13, 20]) func valuesLieWithinTheirBucket(scale: Int) throws {
        var generator = SplitMix(state: UInt64(scale + 100))
        for _ in 0..<200 {
            let value = pow(2, Double.random(in: -1000...1000, using: &generator))
            let index = try Double(point([value], maxScale: scale).positive.offset)
            let position = log2(value) * pow(2, Double(scale))
            #expect(index - 1e-4 <= position && position <= index + 1 + 1e-4, "\(value) at scale \(scale)")
        }
    }

    @Test func theScaleFallsUntilTheBucketsSuffice() throws {
        let values = (0...2000).map { 0.001 * pow(1.01, Double($0)) }
        for maxBuckets in [2, 3, 20, 160] {
            let point = try point(values, maxBuckets: maxBuckets)
            #expect(point.count == 2001)
            #expect(point.positive.counts.count <= maxBuckets)
            #expect(point.positive.counts.first != 0 && point.positive.counts.last != 0)
            // One scale finer it would not have fitted: the range holds more than that many buckets.
            let octaves = log2(values[2000] / values[0])
            #expect(octaves * pow(2, Double(point.scale + 1)) > Double(maxBuckets) - 2)
            #expect(abs(point.sum - values.reduce(0, +)) < 1e-6 * point.sum)
            #expect(point.min == values[0] && point.max == values[2000])
        }
    }

    @Test func theWholeRangeOfDoublesFits() throws {
        for maxBuckets in [2, 160] {
            let extremes: [Double] = [
                .leastNonzeroMagnitude, .leastNormalMagnitude, 1, .greatestFiniteMagnitude, -1, -.leastNonzeroMagnitude,
            ]
            let point = try point(extremes, maxBuckets: maxBuckets)
            #expect(
                point.count == 6 && point.positive.counts.reduce(0, +) == 4 && point.negative.counts.reduce(0, +) == 2)
            #expect(point.positive.counts.count <= maxBuckets && point.scale >= -10)
        }
    }

    @Test func zerosAndNegativesHaveTheirOwnPlaces() throws {
        let point = try point([0, -0.0, -2, -2, -4, 8], maxScale: 0)
        #expect(point.zeroCount == 2 && point.count == 6 && point.sum == 0)
        #expect(point.negative.offset == 0 && point.negative.counts == [2, 1])
        #expect(point.positive.offset == 2 && point.positive.counts == [1])
        #expect(point.min == -4 && point.max == 8)
    }

    @Test func infinitiesAndNaNAreLeftOutAndCounted() throws {
        let before = IgnoredMeasurements.notFinite.count
        let point = try point([.nan, .infinity, 1, -.infinity, -.nan])
        #expect(point.count == 1 && point.sum == 1 && point.min == 1 && point.max == 1)
        // Other suites may have some ignored meanwhile.
        #expect(IgnoredMeasurements.notFinite.count >= before + 4)
    }

    @Test func aBoundSeriesWithoutMeasurementsIsEmpty() throws {
        let point = try point([])
        #expect(point.count == 0 && point.sum == 0 && point.min == nil && point.max == nil)
    }

    /// Threads record at scales of their own; together they are what one thread would have recorded.
    @Test func threadsMergeExactly() async throws {
        let shared = registry()
        let histogram = shared.histogram(descriptor)
        let values = (0..<8).map { thread in
            var generator = SplitMix(state: UInt64(thread))
            // Whole numbers, so that the sum is exact in any order; each thread has a range of its own.
            return (0..<5000).map { _ in Double(Int.random(in: 1...(1 << (2 * thread + 1)), using: &generator)) }
        }
        let next = Counter()
        await onNewThreads(8) {
            for value in values[next.take()] { histogram.record(value) }
        }
        let merged = try #require(shared.snapshot().exponential("test.h")[""])
        let alone = try point(values.flatMap { $0 })
        #expect(merged == alone)
        #expect(merged.count == 40_000)
    }

    /// While buckets move, a reader sees each measurement in exactly one of them.
    @Test func readingWhileScalesFallLosesNothing() async throws {
        let registry = registry(maxBuckets: 20)
        let histogram = registry.histogram(descriptor)
        async let writing: Void = onNewThreads(2) {
            for round in 0..<20_000 { histogram.record(pow(1.001, Double(round))) }
        }
        var last: UInt64 = 0
        for _ in 0..<500 {
            guard let point = registry.snapshot().exponential("test.h")[""] else { continue }
            #expect(point.count >= last && point.positive.counts.count <= 20)
            last = point.count
        }
        await writing
        #expect(registry.snapshot().exponential("test.h")[""]?.count == 40_000)
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func take() -> Int {
            value.withLock { value in
                defer { value += 1 }
                return value
            }
        }
    }
}
