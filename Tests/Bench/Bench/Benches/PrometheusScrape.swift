import PrometheusExporter
import SagaTelemetry

/// A scrape of 10,000 series: the registry is read and the page rendered.
class PrometheusScrape: Bench {
    let unit = TimeUnit.milliseconds
    let operations = 1
    let passes = 20
    let series = TenThousandSeries()

    var referenceName: String { "C cached text" }

    func pass(_ meter: inout Meter) async throws {
        series.change()
        var page: [UInt8] = []
        meter.measure { page = series.render(series.registry.snapshot()) }
        try require(page.count > TenThousandSeries.count * 50, "a page of \(page.count) bytes is not the whole page")
    }

    func referencePass(_ meter: inout Meter) async throws {
        series.change()
        let page = series.render(series.registry.snapshot())
        let floor = try FloorPage(learning: page)
        var length = 0
        meter.measure { length = floor.render() }
        try require(length == page.count && floor.equals(page), "the floor's page is another one than ours")
    }
}

/// The rendering alone.
final class PrometheusRender: PrometheusScrape {
    override func pass(_ meter: inout Meter) async throws {
        series.change()
        let snapshot = series.registry.snapshot()
        var page: [UInt8] = []
        meter.measure { page = series.render(snapshot) }
        try require(page.count > TenThousandSeries.count * 50, "a page of \(page.count) bytes is not the whole page")
    }
}
