import SagaTelemetry
import Synchronization

/// The Prometheus page of one registry, for any number of scrapers at a time.
///
/// ```swift
/// let page = PrometheusPage(resource: resource)
/// let bytes = page.render(snapshot)
/// ```
public final class PrometheusPage: Sendable {
    private let resource: Resource
    private let state: Mutex<State>

    private struct State: ~Copyable {
        var renderer: PrometheusTextRenderer
        var bytes: [UInt8] = []
        var summary = PrometheusPageSummary()

        init(scope: InstrumentationScope) { renderer = PrometheusTextRenderer(scope: scope) }
    }

    public init(resource: Resource, scope: InstrumentationScope = .sagascope) {
        self.resource = resource
        self.state = Mutex(State(scope: scope))
    }

    /// The page of `snapshot` in the text format 0.0.4; see ``PrometheusTextRenderer/contentType``.
    ///
    /// Its storage is used again for the next page as soon as nobody holds this one.
    public func render(_ snapshot: MetricsSnapshot) -> [UInt8] {
        state.withLock { state in
            state.bytes.removeAll(keepingCapacity: true)
            state.summary = state.renderer.render(snapshot, resource: resource, to: &state.bytes)
            return state.bytes
        }
    }

    /// What was on the last page and what was not.
    public var lastSummary: PrometheusPageSummary { state.withLock { $0.summary } }

    /// The metrics that cannot stand on the page. Worth a warning each.
    public var conflicts: [NameConflict] { state.withLock { $0.renderer.conflicts } }
}
