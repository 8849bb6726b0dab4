#if AdminServer
import Gzip
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PrometheusExporter
import RunInspection
import SagaTasks

/// The admin server's routes. A router of its own, because hummingbird's answers 404 to a method that a path does not have.
struct AdminResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let metrics: @Sendable (_ accept: String?) async throws -> PrometheusPage.Answer
    let readiness: @Sendable () -> Readiness
    let tasks: TasksRoute
    let runs: RunsRoute
    let queue: DebugQueue
    let debugAccess: DebugAccess
    let logger: Logger

    /// Scrapes are many and small; the fastest level already reaches most of the ratio on text that repeats itself.
    private static let gzipLevel: Int32 = 1

    func respond(to request: Request, context: BasicRequestContext) async -> Response {
        guard let route = Route(path: request.uri.path), isThere(route) else {
            return Self.text(.notFound, "not found\n")
        }
        if route.isDebug, let refusal = refusal(of: request) { return refusal }
        // It has methods of its own.
        if route == .runs { return await runsAnswer(to: request) }
        guard request.method == .get || request.method == .head else { return Self.methodNotAllowed("GET, HEAD") }
        let response =
            switch route {
            case .index: Self.text(.ok, index)
            case .metrics: await page(for: request)
            case .health: Self.json(.ok, status: "ok", reason: nil)
            case .readiness: readinessAnswer()
            case .tasks: await taskDump(for: request)
            case .flight: await flightTrace(for: request)
            case .runs: await runsAnswer(to: request)
            }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private enum Route: String {
        case index = "/"
        case metrics = "/metrics"
        case health = "/healthz"
        case readiness = "/readyz"
        case tasks = "/debug/tasks"
        case flight = "/debug/flight"
        case runs = "/debug/runs"

        init?(path: String) {
            self.init(rawValue: path.hasPrefix(Self.runs.rawValue + "/") ? Self.runs.rawValue : path)
        }

        var isDebug: Bool { rawValue.hasPrefix("/debug/") }
    }

    private func isThere(_ route: Route) -> Bool {
        if case .absent = debugAccess { return !route.isDebug }
        return true
    }

    private var index: String {
        """
        sagascope
        /metrics  metrics in the Prometheus format that the Accept header asks for
        /healthz  200 while the process serves
        /readyz   200 when ready for work, 503 and the reason when not

        """ + (isThere(.tasks) ? Self.debugIndex : "")
    }

    private static let debugIndex = """
        /debug/tasks   every task of the process; ?format=json, text or folded
        /debug/runs    the open runs of attached coordinators; /debug/runs/RUN for all of one
        /debug/flight  the last seconds of all tasks, as a trace for ui.perfetto.dev

        """

    /// - Returns: nil when the client may look into the process.
    private func refusal(of request: Request) -> Response? {
        let authorization = request.headers[.authorization]
        switch debugAccess.verdict(authorization: authorization, authority: request.head.authority) {
        case .allowed: return nil
        case .needsToken:
            var response = Self.text(.unauthorized, "this needs the token of SAGASCOPE_ADMIN_TOKEN as a bearer token\n")
            response.headers[.wwwAuthenticate] = "Bearer"
            return response
        case .foreignName:
            return Self.text(
                .forbidden, "without SAGASCOPE_ADMIN_TOKEN only by a name of loopback: 127.0.0.1, [::1], localhost\n")
        }
    }

    private func page(for request: Request) async -> Response {
        do {
            let page = try await metrics(request.headers[.accept])
            return response(page.bytes, contentType: page.contentType, to: request)
        } catch {
            logger.warning("metrics could not be rendered", metadata: ["error": "\(error)"])
            return Self.text(.internalServerError, "metrics could not be rendered: \(error)\n")
        }
    }

    private func taskDump(for request: Request) async -> Response {
        switch await tasks.answer(to: request) {
        case .dump(let bytes, let contentType):
            var response = response(bytes, contentType: contentType, to: request)
            response.headers[.cacheControl] = "no-store"
            return response
        case .unknownFormat:
            return Self.text(.badRequest, "unknown format; allowed: \(TasksRoute.allowedFormats)\n")
        case .busy: return Self.busy
        }
    }

    private static var busy: Response {
        var response = text(.serviceUnavailable, "\(DebugQueue.limit) dumps are being made already\n")
        response.headers[.retryAfter] = "1"
        return response
    }

    private func flightTrace(for request: Request) async -> Response {
        let made: [UInt8]?
        do { made = try await queue.make { FlightDumps.trace() } } catch { return Self.busy }
        guard let made else { return Self.text(.notFound, "the flight recorder is off: see SAGASCOPE_FLIGHT\n") }
        var response = response(made, contentType: "application/octet-stream", to: request)
        response.headers[.contentDisposition] = #"attachment; filename="sagascope-flight.perfetto-trace""#
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private func runsAnswer(to request: Request) async -> Response {
        let answer: RunsRoute.Answer
        do throws(RunProblem) {
            guard let asked = try RunsRequest(request) else { return Self.text(.notFound, "not found\n") }
            let methods: [HTTPRequest.Method] = asked.isChange ? [.post] : [.get, .head]
            guard methods.contains(request.method) else {
                return Self.methodNotAllowed(methods.map(\.rawValue).joined(separator: ", "))
            }
            if asked.isChange, !debugAccess.allowsChanges { throw Self.noToken }
            answer = await runs.answer(to: asked)
        } catch { answer = RunsRoute.answer(error) }
        var response = response(answer.body, contentType: "application/json", to: request)
        response.status = answer.status
        response.headers[.cacheControl] = "no-store"
        return request.method == .head ? response.createHeadResponse() : response
    }

    private static let noToken = RunProblem(
        .needsToken,
        "runs are changed only by who has a token, and this program has none: set SAGASCOPE_ADMIN_TOKEN for it (or "
            + "AdminServer.Configuration.token), and send it as a bearer token")

    private static func methodNotAllowed(_ allowed: String) -> Response {
        var response = text(.methodNotAllowed, "method not allowed\n")
        response.headers[.allow] = allowed
        return response
    }

    /// 200, compressed for who wants it.
    private func response(_ bytes: [UInt8], contentType: String, to request: Request) -> Response {
        var headers: HTTPFields = [.contentType: contentType, .vary: "Accept, Accept-Encoding"]
        var body = bytes
        if ContentCoding(acceptEncoding: request.headers[.acceptEncoding]) == .gzip {
            do {
                body = try Gzip.compress(bytes, level: Self.gzipLevel)
                headers[.contentEncoding] = "gzip"
            } catch {
                logger.warning(
                    "an answer is sent uncompressed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
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
