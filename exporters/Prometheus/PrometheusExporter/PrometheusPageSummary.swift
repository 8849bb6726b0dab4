/// What became of a snapshot's points: `points + droppedPoints` is their number, always.
public struct PrometheusPageSummary: Sendable, Equatable {
    /// Metric families on the page, `target_info` not counted.
    public var families = 0
    /// Points on the page. A point of a histogram is several lines.
    public var points = 0
    /// Metrics left out: for a reason that ``PrometheusRenderer/conflicts`` tells, or because they are deltas.
    public var droppedMetrics = 0
    /// Points left out: those of dropped metrics, those whose labels another series of their family already has, those
    /// that do not fit their descriptor, and those that the format forbids, such as an OpenMetrics counter below zero.
    public var droppedPoints = 0

    public init(families: Int = 0, points: Int = 0, droppedMetrics: Int = 0, droppedPoints: Int = 0) {
        self.families = families
        self.points = points
        self.droppedMetrics = droppedMetrics
        self.droppedPoints = droppedPoints
    }
}
