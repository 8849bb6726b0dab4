#if AdminServer
import Gzip
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PrometheusExporter

/// The admin server's routes. A router of its own, because hummingbird's answers 404 to a method that a path does not have.
struct AdminResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let metrics: @Sendable (_ accept: String?) async throws -> PrometheusPage.Answer
    let readiness: @Sendable () -> Readiness
    let logger: Logger

    /// Scrapes are many and small; the fastest level already reaches most of the ratio on text that repeats itself.
    private static let gzipLevel: Int32 = 1

    func respond(to request: Request, context: BasicRequestContext) async -> Response {
        guard let route = Route(rawValue: request.uri.path) else {
            return Self.text(.notFound, "not found\n")
        }
        guard request.method == .get || request.method == .head else {
            var response = Self.text(.methodNotAllowed, "method not allowed\n")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        let response =
            switch route {
            case .index: Self.text(.ok, Self.index)
            case .metrics: await page(for: request)
            case .health: Self.json(.ok, status: "ok", reason: nil)
            case .readiness: readinessAnswer()
            }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private enum Route: String {
        case index = "/"
        case metrics = "/metrics"
        case health = "/healthz"
        case readiness = "/readyz"
    }

    private static let index = """
        sagascope
        /metrics  metrics in the Prometheus format that the Accept header asks for
        /healthz  200 while the process serves
        /readyz   200 when ready for work, 503 and the reason when not

        """

    private func page(for request: Request) async -> Response {
        let page: PrometheusPage.Answer
        do {
            page = try await metrics(request.headers[.accept])
        } catch {
            logger.warning("metrics could not be rendered", metadata: ["error": "\(error)"])
            return Self.text(.internalServerError, "metrics could not be rendered: \(error)\n")
        }
        var headers: HTTPFields = [.contentType: page.contentType, .vary: "Accept, Accept-Encoding"]
        var body = page.bytes
        if ContentCoding(acceptEncoding: request.headers[.acceptEncoding]) == .gzip {
            do {
                body = try Gzip.compress(page.bytes, level: Self.gzipLevel)
                headers[.contentEncoding] = "gzip"
            } catch {
                logger.warning("metrics are sent uncompressed", metadata: ["error": "\(error)"])
            }
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    private func readinessAnswer() -> Response {
        guard let reason = readiness().reason else { return Self.json(.ok, status: "ready", reason: nil) }
        return Self.json(.serviceUnavailable, status: "not ready", reason: reason)
    }

    private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
        return Response(status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: body)
    }

    private static func json(_ code: HTTPResponse.Status, status: String, reason: String?) -> Response {
        var text = #"{"status":"# + JSONText.quoted(status)
        if let reason { text += #","reason":"# + JSONText.quoted(reason) }
        text += "}\n"
        let headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        return Response(status: code, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
#endif
