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
