import CFloor
import SagaTelemetry

/// Reading the registry alone: 10,000 series into points.
final class PrometheusSnapshot: Bench {
    let unit = TimeUnit.milliseconds
    let referenceName = "C read of cells"
    let operations = 1
    let passes = 50
    private let series = TenThousandSeries()
    private let cells = (0..<UInt64(TenThousandSeries.count)).map { $0 &* 7 }
    private var read = [UInt64](repeating: 0, count: TenThousandSeries.count)

    func pass(_ meter: inout Meter) async throws {
        series.change()
        var count = 0
        meter.measure { count = series.registry.snapshot().pointCount }
        try require(count == TenThousandSeries.count, "\(count) points instead of \(TenThousandSeries.count)")
    }

    func referencePass(_ meter: inout Meter) async throws {
        meter.measure { floor_cells_read(cells, &read, UInt64(cells.count)) }
        try require(read.last == cells.last, "the cells were not read")
    }
}
