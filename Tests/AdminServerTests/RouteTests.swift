import NIOHTTP1
import PrometheusExporter
import Sagascope
import Synchronization
import TestSupport
import Testing

@Suite("Routes of the admin server")
struct RouteTests {
    @Test("/metrics is the page that the closure makes")
    func metrics() async throws {
        let answer = try await withServer { try await request($0, "/metrics?ignored=1") }
        #expect(answer.status == 200)
        #expect(answer.text == "a 1\n")
        #expect(answer.headers["content-type"] == ["text/plain; version=0.0.4; charset=utf-8"])
        #expect(answer.headers["vary"] == ["Accept, Accept-Encoding"])
        #expect(answer.headers["content-encoding"].isEmpty)
    }

    @Test("A compressed page inflates to the plain one")
    func gzip() async throws {
        let page = plain(String(repeating: "metric{label=\"value\"} 1\n", count: 10_000))
        let answer = try await withServer(Served(metrics: { _ in page })) {
            try await request($0, "/metrics", headers: ["accept-encoding": "gzip"])
        }
        #expect(answer.headers["content-encoding"] == ["gzip"])
        #expect(answer.body.count < page.bytes.count / 10)
        let inflated = try await Tool("gzip").run(["-dc"], input: answer.body)
        #expect(inflated.exitCode == 0)
        #expect(inflated.output == page.bytes)
    }

    @Test("Health and readiness")
    func probes() async throws {
        let readiness = Mutex(Readiness.starting)
        let answers = try await withServer(Served(readiness: { readiness.withLock { $0 } })) { port in
            var answers = [try await request(port, "/healthz")]
            for state: Readiness in [.starting, .ready, .shuttingDown, .notReady(reason: "log \"a\"\\\n behind")] {
                readiness.withLock { $0 = state }
                answers.append(try await request(port, "/readyz"))
            }
            return answers
        }
        #expect(answers.map(\.status) == [200, 503, 200, 503, 503])
        #expect(
            answers.map(\.text) == [
                #"{"status":"ok"}"# + "\n",
                #"{"status":"not ready","reason":"starting"}"# + "\n",
                #"{"status":"ready"}"# + "\n",
                #"{"status":"not ready","reason":"shutting down"}"# + "\n",
                #"{"status":"not ready","reason":"log \"a\"\\\u000a behind"}"# + "\n",
            ])
        #expect(answers.allSatisfy { $0.headers["content-type"] == ["application/json"] })
    }

    @Test("The index names the routes; what is not there is 404; what is not read-only is 405")
    func others() async throws {
        try await withServer { port in
            let index = try await request(port, "/")
            #expect(index.status == 200)
            for path in ["/metrics", "/healthz", "/readyz"] { #expect(index.text.contains(path)) }
            for path in ["/nothing", "/metrics/", "/metrics/x", "//"] {
                #expect(try await request(port, path).status == 404)
            }
            for method in [HTTPMethod.POST, .PUT, .DELETE, .OPTIONS] {
                let answer = try await request(port, "/metrics", method: method)
                #expect(answer.status == 405)
                #expect(answer.headers["allow"] == ["GET, HEAD"])
            }
        }
    }

    @Test("HEAD answers the headers of GET", arguments: ["/", "/metrics", "/healthz", "/readyz"])
    func head(path: String) async throws {
        let (get, head) = try await withServer { port in
            (try await request(port, path), try await request(port, path, method: .HEAD))
        }
        #expect(head.status == get.status)
        #expect(head.body.isEmpty)
        for header in ["content-type", "content-length", "vary"] {
            #expect(head.headers[header] == get.headers[header])
        }
    }

    @Test("An error while rendering is this scrape's, not the server's")
    func renderError() async throws {
        struct Broken: Error {}
        let scrapes = Atomic<Int>(0)
        let served = Served(metrics: { _ in
            if scrapes.add(1, ordering: .relaxed).newValue == 1 { throw Broken() }
            return plain("a 2\n")
        })
        let answers = try await withServer(served) { port in
            [try await request(port, "/metrics"), try await request(port, "/metrics")]
        }
        #expect(answers.map(\.status) == [500, 200])
        #expect(answers[0].text.contains("Broken"))
    }
}
