import NIOHTTP1
import RunInspection
import SagaLog
import SagaRuntime
import SagaTelemetry
import Sagascope
import TaskInspection
import TestSupport
import Testing

@Suite("/debug/runs")
struct RunsRouteTests {
    private static let bearer: HTTPHeaders = ["authorization": "Bearer s3cret"]

    private func served(_ world: RunsWorld, token: String? = nil, host: String = "127.0.0.1") -> Served {
        let coordinator = world.coordinator
        return Served(host: host, token: token.flatMap { AccessToken($0) }, coordinators: { [coordinator] })
    }

    private func list(_ port: Int, _ query: String = "") async throws -> RunList {
        let answer = try await request(port, "/debug/runs\(query)")
        #expect(answer.status == 200, "\(answer.text)")
        return try RunJSON.decode(RunList.self, from: answer.body)
    }

    private func problem(_ answer: Answer) throws -> RunProblem {
        try RunJSON.decode(RunProblem.self, from: answer.body)
    }

    @Test("All open runs, and those that are asked for")
    func lists() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            try await withServer(served(world)) { port in
                let all = try await list(port)
                #expect(all.open == 3 && all.coordinators == 1 && all.leftOut == 0)
                #expect(Set(all.runs.map(\.id)) == [RunsWorld.deadLetter, RunsWorld.stuck, RunsWorld.waiting])
                for (query, ids) in [
                    ("?dead_letters=1", [RunsWorld.deadLetter]), ("?state=suspended", [RunsWorld.deadLetter]),
                    ("?state=pending", [RunsWorld.waiting]), ("?state=running", [RunsWorld.stuck]),
                    ("?saga=other", []), ("?saga=checkout&state=running", [RunsWorld.stuck]), ("?stuck=1000000", []),
                ] {
                    #expect(try await list(port, query).runs.map(\.id) == ids, "\(query)")
                }
                let stuck = Set(try await list(port, "?stuck=0").runs.map(\.id))
                #expect(stuck == [RunsWorld.stuck, RunsWorld.waiting])
                let letter = try #require(try await list(port, "?dead_letters=1").runs.first)
                #expect(letter.deadLetters == ["charge"] && letter.version == 3 && letter.step == "reserve")
                #expect(letter.records == 14 && letter.lsn > 0 && letter.changedUnixNano >= letter.startedUnixNano)
                let few = try await list(port, "?limit=1")
                #expect(few.runs.count == 1 && few.leftOut == 2 && few.open == 3)
            }
        }
    }

    @Test("A query that makes no sense is told what makes some")
    func malformed() async throws {
        try await withRunsWorld { world, _ in
            try await withServer(served(world)) { port in
                for (query, part) in [
                    ("state=asleep", "quarantined"), ("stuck=soon", "seconds"), ("stuck=-1", "seconds"),
                    ("stuck=nan", "seconds"), ("dead_letters=yes", "0 or 1"), ("limit=0", "10000"),
                    ("limit=10001", "10000"), ("statee=running", "“statee”"),
                ] {
                    let answer = try await request(port, "/debug/runs?\(query)")
                    #expect(answer.status == 400, "\(query)")
                    #expect(
                        try problem(answer).kind == .malformed && problem(answer).message.contains(part), "\(query)")
                }
                for path in [
                    "/debug/runs/", "/debug/runs/a/b", "/debug/runs/a/retry/c", "/debug/runs/%zz", "/debug/runsa",
                ] {
                    #expect(try await request(port, path).status == 404, "\(path)")
                }
                #expect(try await request(port, "/debug/runs", method: .HEAD).body.isEmpty)
            }
        }
    }

    @Test("One run: memory beside log, its history, its tasks")
    func detail() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            let run = try #require(world.coordinator.openRuns.first { $0.id == RunsWorld.deadLetter }).run
            let dump = TaskDump(
                time: 1, process: ProcessIdentity(id: 7, name: "shop"),
                tiers: [TrackingTier(.layout, reasonOff: "self_test")],
                tasks: [
                    LiveTask(
                        id: 3, name: "refund", saga: SagaMembership(saga: "checkout", run: run, step: "charge"),
                        state: .blocked, stack: 0),
                    LiveTask(id: 4, saga: SagaMembership(saga: "checkout", run: "another"), state: .blocked),
                ], stacks: [[StackFrame(address: 0, function: "Bank.refund()")]])
            var served = served(world)
            served.tasks = { dump }
            try await withServer(served) { port in
                for name in [run, run.uppercased(), String(run.prefix(8)), RunsWorld.deadLetter] {
                    let answer = try await request(port, "/debug/runs/\(name)")
                    let detail = try RunJSON.decode(RunDetail.self, from: answer.body)
                    #expect(detail.memory?.run == run && detail.log?.run == run, "\(name)")
                    #expect(detail.differences == [])
                    #expect(detail.log?.state == "suspended" && detail.log?.deadLetters == ["charge"])
                    #expect(detail.history.map(\.kind).first == "run_started" && detail.history.count == 14)
                    #expect(detail.history.last?.kind == "run_suspended")
                    #expect(detail.history.first?.payload?.contains(RunsWorld.deadLetter) == true)
                    #expect(detail.tasks.map(\.id) == [3] && detail.tasks[0].stack == ["Bank.refund()"])
                    #expect(detail.unseen.count == 1)
                    #expect(detail.trace == run)
                }
                for name in ["0000", "order-unknown", String(repeating: "0", count: 32)] {
                    let answer = try await request(port, "/debug/runs/\(name)")
                    #expect(answer.status == 404)
                    #expect(try problem(answer).kind == .unknown)
                }
            }
        }
    }

    @Test("The tasks of a run whose step does not answer, with their stacks")
    func waitingTasks() async throws {
        try await withRecording(tracking: .on) { _ in
            try await withRunsWorld { world, _ in
                world.begin(.stuck, id: RunsWorld.stuck)
                try await world.report(of: RunsWorld.stuck, "stuck") { $0.steps[1].state == "started" }
                try await withServer(served(world)) { port in
                    let task = try await eventually("the step's task waits") {
                        let answer = try await request(port, "/debug/runs/\(RunsWorld.stuck)")
                        let detail = try RunJSON.decode(RunDetail.self, from: answer.body)
                        return detail.tasks.first { task in
                            task.state == "blocked" && task.step == "charge" && Self.isStackOfCharge(task.stack)
                        }
                    }
                    #expect(task.waitsFor != nil || !task.stack.isEmpty, "\(task)")
                }
            }
        }
    }

    /// The optimiser may make one function of several.
    private static func isStackOfCharge(_ stack: [String]) -> Bool {
        #if DEBUG
        stack.contains { $0.contains("charge") }
        #else
        !stack.isEmpty
        #endif
    }

    @Test("Changes need a token, on loopback too")
    func tokens() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            let paths = ["retry", "resolve?step=charge", "cancel"].map { "/debug/runs/\(RunsWorld.stuck)/\($0)" }
            try await withServer(served(world)) { port in
                for path in paths {
                    let answer = try await request(port, path, method: .POST)
                    #expect(answer.status == 403)
                    #expect(try problem(answer).kind == .needsToken)
                    #expect(try problem(answer).message.contains("SAGASCOPE_ADMIN_TOKEN"))
                }
            }
            try await withServer(served(world, token: "s3cret")) { port in
                for path in paths {
                    for wrong: HTTPHeaders in [[:], ["authorization": "Bearer s3cre"]] {
                        let answer = try await request(port, path, method: .POST, headers: wrong)
                        #expect(answer.status == 401 && answer.headers["www-authenticate"] == ["Bearer"])
                    }
                    let read = try await request(port, path, headers: Self.bearer)
                    #expect(read.status == 405 && read.headers["allow"] == ["POST"])
                }
                for path in ["/debug/runs", "/debug/runs/\(RunsWorld.stuck)"] {
                    #expect(try await request(port, path).status == 401)
                    let posted = try await request(port, path, method: .POST, headers: Self.bearer)
                    #expect(posted.status == 405 && posted.headers["allow"] == ["GET, HEAD"])
                }
            }
            try await withServer(served(world, host: "0.0.0.0")) { port in
                for path in paths {
                    let answer = try await request(port, path, method: .POST)
                    #expect(answer.status == 404)
                }
            }
            #expect(world.coordinator.openRuns.count == 3)
        }
    }

    @Test("Retried in vain, then in earnest")
    func retry() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            try await withServer(served(world, token: "s3cret")) { port in
                let path = "/debug/runs/\(RunsWorld.deadLetter)/retry?wait=60"
                let vain = try await request(port, path, method: .POST, headers: Self.bearer)
                let first = try RunJSON.decode(RunAnswer.self, from: vain.body)
                #expect(vain.status == 200 && first.result == "compensation_failed" && first.deadLetters == ["charge"])
                world.openBank()
                let done = try await request(port, path, method: .POST, headers: Self.bearer)
                let second = try RunJSON.decode(RunAnswer.self, from: done.body)
                #expect(second.result == "compensated" && second.deadLetters == [] && second.report == nil)
                #expect(try await request(port, path, method: .POST, headers: Self.bearer).status == 404)
                let running = try await request(
                    port, "/debug/runs/\(RunsWorld.stuck)/retry", method: .POST, headers: Self.bearer)
                #expect(running.status == 409)
                #expect(try problem(running).kind == .notAllowed && problem(running).message.contains("running"))
            }
        }
    }

    @Test("Resolved by hand, and cancelled")
    func resolveAndCancel() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            try await withServer(served(world, token: "s3cret")) { port in
                func post(_ path: String) async throws -> Answer {
                    try await request(port, "/debug/runs/" + path, method: .POST, headers: Self.bearer)
                }
                #expect(try await post("\(RunsWorld.deadLetter)/resolve").status == 400)
                let other = try await post("\(RunsWorld.deadLetter)/resolve?step=reserve")
                #expect(other.status == 409)
                #expect(try problem(other).message.contains("no dead letter"))
                let resolved = try await post("\(RunsWorld.deadLetter)/resolve?step=charge&by=alice&wait=60")
                #expect(resolved.status == 200, "\(resolved.text)")
                #expect(try RunJSON.decode(RunAnswer.self, from: resolved.body).report == nil)
                #expect(
                    try await request(port, "/debug/runs/\(RunsWorld.deadLetter)", headers: Self.bearer).status == 404)

                let cancelled = try await post("\(RunsWorld.stuck)/cancel?reason=the%20customer%20called")
                #expect(cancelled.status == 200, "\(cancelled.text)")
                // The charge's outcome is not known, so it has to be undone, and the bank is closed.
                let report = try await world.report(of: RunsWorld.stuck, "suspended") { $0.state == "suspended" }
                #expect(report.error?.message.contains("the customer called") == true)
                #expect(try await post("\(RunsWorld.stuck)/cancel").status == 409)
            }
        }
    }

    @Test("Of 10,000 open runs an answer has as many as it was asked for")
    func bounded() async throws {
        try await withRunsWorld { world, _ in
            for number in 0..<10_000 { world.begin(.stuck, id: "order-\(number)") }
            _ = try await eventually("all are there") { world.coordinator.openRuns.count == 10_000 ? true : nil }
            try await withServer(served(world)) { port in
                let some = try await list(port)
                #expect(some.runs.count == 1_000 && some.leftOut == 9_000 && some.open == 10_000)
                #expect(try await list(port, "?state=pending&limit=10000").leftOut == 0)
                #expect(try await request(port, "/debug/runs/order-9999").status == 200)
            }
        }
    }

    @Test("Names that would spoil a page or a terminal")
    func hostile() async throws {
        try await withRunsWorld(maximumRuns: 8) { world, _ in
            let names = [
                "\u{1B}[2J\u{7}\r\n\0", "\u{202E}desrever", "a/b?c=d&e#f%41", "…/../debug", "\"}],\"x\":[{",
                String(repeating: "ü", count: 5_000),
            ]
            for name in names {
                world.begin(.stuck, id: name)
                try await world.report(of: name, "begun") { $0.records > 0 }
            }
            try await withServer(served(world)) { port in
                let all = try await list(port)
                #expect(all.runs.count == names.count)
                for line in all.runs { #expect(line.id.utf8.count <= 260) }
                for name in names {
                    let answer = try await request(port, "/debug/runs/\(PercentText.encode(name))")
                    #expect(answer.status == 200, "\(name.prefix(20))")
                    #expect(answer.body.dropLast().allSatisfy { $0 >= 0x20 })
                    let detail = try RunJSON.decode(RunDetail.self, from: answer.body)
                    #expect(detail.memory?.id == name && detail.differences == [])
                }
                let long = try await request(port, "/debug/runs/" + String(repeating: "x", count: 20_000))
                #expect(long.status == 404)
                #expect(long.body.count < 1_000)
            }
        }
    }

    @Test("Without a coordinator, and with one that is gone")
    func detached() async throws {
        try await withServer(Served(token: AccessToken("s3cret"))) { port in
            let answer = try await request(port, "/debug/runs", headers: Self.bearer)
            let list = try RunJSON.decode(RunList.self, from: answer.body)
            #expect(list.coordinators == 0 && list.runs == [])
            let none = try await request(port, "/debug/runs/x", headers: Self.bearer)
            #expect(none.status == 404)
            #expect(try problem(none).message.contains("attach"))
        }
    }
}
