import Foundation
import SagaTelemetry

/// Short ways to read a snapshot: values by the attributes of their series, as `a=1,b=2`.
extension MetricsSnapshot {
    subscript(_ name: String) -> MetricSnapshot? { metrics.first { $0.descriptor.name == name } }

    func numbers(_ name: String) -> [String: NumberPoint.Value] { self[name]?.numbers ?? [:] }
    func histograms(_ name: String) -> [String: HistogramPoint] { self[name]?.histograms ?? [:] }
    func exponential(_ name: String) -> [String: ExponentialHistogramPoint] { self[name]?.exponential ?? [:] }
}

extension MetricSnapshot {
    var numbers: [String: NumberPoint.Value] {
        guard case .numbers(let points) = points else { return [:] }
        return Dictionary(uniqueKeysWithValues: points.map { (key($0.series), $0.value) })
    }

    var histograms: [String: HistogramPoint] {
        guard case .histograms(let points) = points else { return [:] }
        return Dictionary(uniqueKeysWithValues: points.map { (key($0.series), $0) })
    }

    var exponential: [String: ExponentialHistogramPoint] {
        guard case .exponential(let points) = points else { return [:] }
        return Dictionary(uniqueKeysWithValues: points.map { (key($0.series), $0) })
    }

    private func key(_ series: Int) -> String {
        attributes(of: series).pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
}

/// Runs `body` on as many new threads at once and waits for their ends.
func onNewThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) async {
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<count {
            group.addTask {
                await withCheckedContinuation { done in
                    Thread.detachNewThread {
                        body()
                        done.resume()
                    }
                }
            }
        }
    }
}

/// The same numbers in every run (Steele, Lea and Flood's SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
