import SagaTelemetry
import Synchronization

/// The Prometheus pages of one registry, for any number of scrapers at a time, each in the format that it asks for.
///
/// ```swift
/// let page = PrometheusPage(resource: resource)
/// let answer = page.answer(snapshot, accept: request.headers["accept"])
/// ```
///
/// A format is kept from the first page in it on: there are as many as syntaxes times escapings, and scrapers use one or two.
public final class PrometheusPage: Sendable {
    private let resource: Resource
    private let scope: InstrumentationScope
    private let options: PrometheusOptions
    private let formats = Mutex<[PrometheusFormat: FormatPage]>([:])
    private let met = Mutex<[NameConflict]>([])

    public init(
        resource: Resource, scope: InstrumentationScope = .sagascope, options: PrometheusOptions = PrometheusOptions()
    ) {
        self.resource = resource
        self.scope = scope
        self.options = options
    }

    /// What a scrape is answered with.
    public struct Answer: Sendable {
        public let bytes: [UInt8]
        public let contentType: String

        public init(bytes: [UInt8], contentType: String) {
            self.bytes = bytes
            self.contentType = contentType
        }
    }

    /// The page of `snapshot` in the format that an Accept header asks for, by ``PrometheusFormat/init(accept:)`` and the
    /// options.
    public func answer(_ snapshot: MetricsSnapshot, accept: String?) -> Answer {
        let format = PrometheusFormat(accept: accept).allowed(by: options)
        return Answer(bytes: render(snapshot, as: format), contentType: format.contentType)
    }

    /// The page of `snapshot`.
    ///
    /// Its storage is used again for the next page of the format as soon as nobody holds this one.
    public func render(_ snapshot: MetricsSnapshot, as format: PrometheusFormat = .text) -> [UInt8] {
        let page = page(format.allowed(by: options))
        let bytes = page.render(snapshot, resource: resource)
        let conflicts = page.conflicts
        if !conflicts.isEmpty {
            met.withLock { met in
                for conflict in conflicts where !met.contains(conflict) { met.append(conflict) }
            }
        }
        return bytes
    }

    /// What was on the last page of a format and what was not.
    public func lastSummary(of format: PrometheusFormat = .text) -> PrometheusPageSummary {
        page(format.allowed(by: options)).summary
    }

    /// The metrics that could not stand on a page of some format, in the order in which they were met. Worth a warning each.
    public var conflicts: [NameConflict] { met.withLock { $0 } }

    private func page(_ format: PrometheusFormat) -> FormatPage {
        formats.withLock { formats in
            if let page = formats[format] { return page }
            let page = FormatPage(format, scope: scope, options: options)
            formats[format] = page
            return page
        }
    }
}

/// The page of one format. Scrapes of two formats do not wait for each other.
private final class FormatPage: Sendable {
    private let state: Mutex<State>

    private struct State: ~Copyable {
        var renderer: PrometheusRenderer
        var bytes: [UInt8] = []
        var summary = PrometheusPageSummary()

        init(_ format: PrometheusFormat, scope: InstrumentationScope, options: PrometheusOptions) {
            renderer = PrometheusRenderer(format: format, scope: scope, options: options)
        }
    }

    init(_ format: PrometheusFormat, scope: InstrumentationScope, options: PrometheusOptions) {
        state = Mutex(State(format, scope: scope, options: options))
    }

    func render(_ snapshot: MetricsSnapshot, resource: Resource) -> [UInt8] {
        state.withLock { state in
            state.bytes.removeAll(keepingCapacity: true)
            state.summary = state.renderer.render(snapshot, resource: resource, to: &state.bytes)
            return state.bytes
        }
    }

    var summary: PrometheusPageSummary { state.withLock { $0.summary } }
    var conflicts: [NameConflict] { state.withLock { $0.renderer.conflicts } }
}
