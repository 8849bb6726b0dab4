import CFloor
import PrometheusExporter
import SagaTelemetry

/// A registry of 10 counters with 1,000 series each, all of which change between two pages.
final class TenThousandSeries {
    static let count = 10_000

    let registry = MetricRegistry()
    private let page = PrometheusPage(resource: Resource(["service.name": "checkout"]))
    private let counters: [BoundCounter]

    init() {
        let registry = registry
        counters = (0..<10).flatMap { family in
            let descriptor = MetricDescriptor(
                "bench.orders.stage\(family)", .counter, unit: "{order}", attributes: ["region", "warehouse"],
                "Orders that reached stage \(family).")
            return (0..<1_000).map { series in
                registry.counter(
                    descriptor,
                    ["region": .string("eu-\(series % 10)"), "warehouse": .string("warehouse-\(series)")])
            }
        }
    }

    func change() {
        for (index, counter) in counters.enumerated() { counter.add(1 + index * 7) }
    }

    func render(_ snapshot: MetricsSnapshot) -> [UInt8] { page.render(snapshot) }
}

/// The floor's page: every text cached, numbers written in between.
final class FloorPage {
    private let page: OpaquePointer

    init(learning bytes: [UInt8]) throws(BrokenInvariant) {
        guard let page = floor_page_learn(bytes, UInt64(bytes.count))
        else { throw BrokenInvariant(description: "a line of the page does not end with an unsigned number") }
        self.page = page
    }

    deinit { floor_page_free(page) }

    /// The length of the page.
    func render() -> Int { Int(floor_page_render(page)) }

    /// Whether the page rendered last is `bytes`.
    func equals(_ bytes: [UInt8]) -> Bool {
        UnsafeBufferPointer(start: floor_page_bytes(page), count: bytes.count).elementsEqual(bytes)
    }
}
