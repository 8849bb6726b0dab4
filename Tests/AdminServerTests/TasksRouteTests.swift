import Dispatch
import Foundation
import NIOHTTP1
import Sagascope
import TaskInspection
import TestSupport
import Testing

@testable import Sagascope

@Suite("/debug/tasks")
struct TasksRouteTests {
    private static let dump = TaskDump(
        time: 1, process: ProcessIdentity(id: 7, name: "shop"), tiers: [TrackingTier(.layout, reasonOff: "self_test")],
        tasks: [
            LiveTask(
                id: 3, name: "notify", saga: SagaMembership(saga: "checkout", run: "ab", step: "charge"),
                state: .blocked, stack: 0)
        ],
        stacks: [[StackFrame(address: 0, function: "charge")]])

    private func served(host: String = "127.0.0.1", token: String? = nil) -> Served {
        Served(tasks: { Self.dump }, host: host, token: token.flatMap { AccessToken($0) })
    }

    @Test("JSON by default; the query before the Accept header")
    func formats() async throws {
        try await withServer(served()) { port in
            let json = try await request(port, "/debug/tasks")
            #expect(json.status == 200)
            #expect(json.headers["content-type"] == ["application/json"])
            #expect(json.headers["cache-control"] == ["no-store"])
            #expect(try JSONDecoder().decode(TaskDump.self, from: Data(json.body)) == Self.dump)
            for (path, accept, format) in [
                ("/debug/tasks", "*/*", TaskDumpFormat.json), ("/debug/tasks", "text/html, */*;q=0.8", .json),
                ("/debug/tasks", "text/plain", .text), ("/debug/tasks", "application/json, text/plain", .json),
                ("/debug/tasks", "application/json;q=0.5, text/plain", .text),
                ("/debug/tasks?format=json", "text/plain", .json), ("/debug/tasks?format=text", "*/*", .text),
                ("/debug/tasks?a=b&format=folded", "application/json", .folded),
            ] {
                let answer = try await request(port, path, headers: ["accept": accept])
                #expect(answer.body == format.render(Self.dump), "\(path) \(accept)")
                #expect(answer.headers["content-type"] == [format.contentType])
            }
        }
    }

    @Test("An unknown format is told what there is", arguments: ["xml", "", "TEXT"])
    func unknownFormat(name: String) async throws {
        let answer = try await withServer(served()) { try await request($0, "/debug/tasks?format=\(name)") }
        #expect(answer.status == 400)
        #expect(answer.text == "unknown format; allowed: json, text, folded\n")
    }

    @Test("Compressed for who wants it")
    func gzip() async throws {
        let answer = try await withServer(served()) {
            try await request($0, "/debug/tasks", headers: ["accept-encoding": "gzip"])
        }
        #expect(answer.headers["content-encoding"] == ["gzip"])
        #expect(answer.headers["vary"] == ["Accept, Accept-Encoding"])
        let inflated = try await Tool("gzip").run(["-dc"], input: answer.body)
        #expect(inflated.output == TaskDumpFormat.json.render(Self.dump))
    }

    @Test("HEAD and other methods, the index")
    func methods() async throws {
        try await withServer(served()) { port in
            let head = try await request(port, "/debug/tasks", method: .HEAD)
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(try await request(port, "/debug/tasks", method: .POST).status == 405)
            #expect(try await request(port, "/").text.contains("/debug/tasks"))
        }
    }

    @Test("With a token only who has it sees the tasks; scrapes need none", arguments: ["127.0.0.1", "0.0.0.0"])
    func token(host: String) async throws {
        try await withServer(served(host: host, token: "s3cret")) { port in
            for wrong: HTTPHeaders in [
                [:], ["authorization": "Bearer"], ["authorization": "Bearer "], ["authorization": "Bearer s3cre"],
                ["authorization": "Bearer s3cret2"], ["authorization": "Bearer S3CRET"],
                ["authorization": "Basic s3cret"], ["authorization": "s3cret"],
                ["authorization": "Bearer s3cret s3cret"],
            ] {
                for method in [HTTPMethod.GET, .HEAD, .POST] {
                    let answer = try await request(port, "/debug/tasks", method: method, headers: wrong)
                    #expect(answer.status == 401, "\(wrong)")
                    #expect(answer.headers["www-authenticate"] == ["Bearer"])
                    #expect(!answer.text.contains("s3cret"))
                }
            }
            for right in ["Bearer s3cret", "bearer s3cret", "BEARER  s3cret"] {
                let answer = try await request(port, "/debug/tasks", headers: ["authorization": right])
                #expect(answer.status == 200, "\(right)")
            }
            #expect(try await request(port, "/metrics").status == 200)
            #expect(try await request(port, "/readyz").status == 200)
        }
    }

    @Test("A web page whose name resolves to loopback, or a proxy, sees nothing")
    func foreignName() async throws {
        try await withServer(served()) { port in
            for (name, status) in [
                ("localhost:\(port)", 200), ("127.0.0.1", 200), ("[::1]:80", 200), ("evil.example:\(port)", 403),
                ("127.0.0.1.evil.example", 403), ("[::2]", 403), ("10.0.0.1", 403),
            ] {
                let answer = try await request(port, "/debug/tasks", headers: ["host": name])
                #expect(answer.status == status, "\(name)")
                #expect(try await request(port, "/metrics", headers: ["host": name]).status == 200)
            }
        }
        try await withServer(served(token: "s3cret")) { port in
            let headers: HTTPHeaders = ["host": "shop.example", "authorization": "Bearer s3cret"]
            let answer = try await request(port, "/debug/tasks", headers: headers)
            #expect(answer.status == 200)
        }
    }

    @Test("Beyond loopback and without a token there is nothing")
    func absent() async throws {
        try await withServer(served(host: "0.0.0.0")) { port in
            for method in [HTTPMethod.GET, .HEAD, .POST] {
                let answer = try await request(port, "/debug/tasks", method: method)
                let nothing = try await request(port, "/nothing", method: method)
                #expect(answer.status == 404)
                #expect(answer.body == nothing.body)
            }
            #expect(try await request(port, "/").text.contains("debug") == false)
            #expect(try await request(port, "/metrics").status == 200)
        }
    }

    @Test("What counts as loopback")
    func loopback() {
        func isOpen(_ host: String) -> Bool {
            if case .open = DebugAccess(host: host, token: nil) { true } else { false }
        }
        for host in ["127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "localhost", "LOCALHOST"] {
            #expect(isOpen(host), "\(host)")
        }
        for host in [
            "0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "127.0.0.1.example", "localhost.example", "::ffff:127.0.0.1",
            "", "shop", "/tmp/socket",
        ] {
            #expect(!isOpen(host), "\(host)")
        }
    }

    @Test("A token never shows")
    func secret() throws {
        let token = try #require(AccessToken("s3cret"))
        var dumped = ""
        Swift.dump(AdminServer.Configuration(token: token), to: &dumped)
        for text in [
            "\(token)", String(reflecting: token), "\(AdminServer.Configuration(token: token))",
            String(reflecting: AdminServer.Configuration(token: token)), dumped,
        ] {
            #expect(!text.contains("s3cret"))
        }
        for text in ["", "a b", "a\n", "ä", "\u{7F}"] { #expect(AccessToken(text) == nil) }
        #expect(token == AccessToken("s3cret"))
        #expect(token != AccessToken("s3cres"))
    }

    @Test(
        "/debug/flight: a trace while the recorder is on, and how to turn it on while it is off", .flightRecorderAlone)
    func flight() async throws {
        try await withServer(served()) { port in
            let off = try await request(port, "/debug/flight")
            #expect(off.status == 404 && String(decoding: off.body, as: UTF8.self).contains("SAGASCOPE_FLIGHT"))
            try FlightRecorder.shared.start()
            defer { FlightRecorder.shared.stop() }
            let on = try await request(port, "/debug/flight")
            #expect(on.status == 200 && !on.body.isEmpty)
            #expect(on.headers["content-disposition"].first?.contains(".perfetto-trace") == true)
        }
        try await withServer(served(token: "s3cret")) { port in
            let stranger = try await request(port, "/debug/flight")
            #expect(stranger.status == 401)
        }
    }

    @Test("A dump that takes long stops no scrape, and waiting dumps have a limit")
    func slowDump() async throws {
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let gate = DispatchSemaphore(value: 0)
        let slow = Served(tasks: {
            started.yield()
            gate.wait()
            return Self.dump
        })
        try await withServer(slow) { port in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0...DebugQueue.limit {
                    group.addTask { try await request(port, "/debug/tasks").status }
                }
                _ = await starts.first { _ in true }
                // The first is stuck in its dump, so the first to be answered is the one too many.
                let refused = try await group.next()
                let scrape = try await request(port, "/metrics")
                for _ in 0..<DebugQueue.limit { gate.signal() }
                #expect(refused == 503)
                #expect(scrape.status == 200)
                for try await status in group { #expect(status == 200) }
            }
        }
    }
}
