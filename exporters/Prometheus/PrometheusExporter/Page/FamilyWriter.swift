import SagaTelemetry

/// One way to write families down, with what it keeps of them from page to page.
protocol FamilyWriter: AnyObject {
    /// Appends `family` with the points of `metrics`, which are all of it and have at least one point each.
    ///
    /// - Parameter page: the number of the page, another one each time.
    /// - Returns: how many points are on the page.
    func write(_ family: Family, _ metrics: [MetricSnapshot], page: Int, to output: inout PageBuffer) -> Int

    func write(_ target: TargetInfo, to output: inout PageBuffer)

    /// Appends what comes after the last family.
    func finish(_ output: inout PageBuffer)
}
