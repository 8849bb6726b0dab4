import Foundation
import TaskInspection
import TestSupport
import Testing

@testable import SagascopeCLI

@Suite("sagascope tasks --address")
struct AdminSourceTests {
    @Test(arguments: ["127.0.0.1", "::1"]) func printsWhatTheServerHas(host: String) async throws {
        let output = try await withAdminServer(host: host) { port in
            try await sagascope([
                "tasks", "--json", "--address", host == "::1" ? "http://[::1]:\(port)" : "127.0.0.1:\(port)",
            ])
        }
        #expect(output.exitCode == 0 && output.errors.isEmpty)
        let dump = try JSONDecoder().decode(TaskDump.self, from: Data(output.output))
        #expect(dump == TaskSelection().apply(to: Samples.dump))
    }

    @Test func printsTextWithoutEscapesWhenNoTerminalReadsIt() async throws {
        let output = try await withAdminServer { port in
            try await sagascope(["tasks", "--sort", "id"], environment: ["SAGASCOPE_ADMIN_PORT": "\(port)"])
        }
        #expect(output.exitCode == 0)
        #expect(output.output == TaskDumpFormat.text.render(TaskSelection(order: .id).apply(to: Samples.dump)))
        #expect(!output.output.contains(0x1B))
    }

    @Test func takesOptions() async throws {
        let output = try await withAdminServer { port in
            try await sagascope([
                "tasks", "--address", "127.0.0.1:\(port)", "--format", "folded", "--saga", "checkout", "--state",
                "blocked", "--limit", "1",
            ])
        }
        #expect(output.text == "checkout;charge;Checkout.run();Payment.charge(order:);swift_task_sleep 1\n")
    }

    @Test func givesTheToken() async throws {
        try await withAdminServer(token: "s3cret") { port in
            let address = ["tasks", "--json", "--address", "127.0.0.1:\(port)"]
            #expect(try await sagascope(address + ["--token", "s3cret"]).exitCode == 0)
            #expect(try await sagascope(address, environment: ["SAGASCOPE_ADMIN_TOKEN": "s3cret"]).exitCode == 0)
            let none = try await sagascope(address)
            #expect(none.exitCode == 4 && none.output.isEmpty)
            #expect(none.errors.contains("asks for a token"))
            let wrong = try await sagascope(address + ["--token", "hush"])
            #expect(wrong.exitCode == 4)
            #expect(wrong.errors.contains("does not take this token") && !wrong.errors.contains("hush"))
        }
    }

    @Test func nobodyListens() async throws {
        let address = "http://127.0.0.1:\(try freePort())"
        let output = try await sagascope(["tasks", "--address", address])
        #expect(output.exitCode == 2)
        for part in [address, "Connection refused", "SAGASCOPE_ADMIN_PORT"] { #expect(output.errors.contains(part)) }
    }

    @Test func nothingThere() async throws {
        let output = try await withAdminServer(host: "0.0.0.0") { port in
            try await sagascope(["tasks", "--address", "127.0.0.1:\(port)"])
        }
        #expect(output.exitCode == 3)
        #expect(output.errors.contains("SAGASCOPE_ADMIN_TOKEN"))
    }

    @Test func noAnswer() async throws {
        let silent = try LoopbackListener()
        let output = try await sagascope(["tasks", "--address", "127.0.0.1:\(silent.port)", "--timeout", "0.2"])
        #expect(output.exitCode == 6)
        #expect(output.errors.contains("within 0.2 s"))
    }

    @Test func aNewerDump() async throws {
        var dump = Samples.dump
        dump.version = 2
        let output = try await withAdminServer(dump) { try await sagascope(["tasks", "--address", "127.0.0.1:\($0)"]) }
        #expect(output.exitCode == 5)
        #expect(output.errors.contains("version 2"))
    }

    @Test(arguments: [
        ("<html>", CommandFailure.noDump("x", reason: "it is not JSON")),
        ("", .noDump("x", reason: "it is not JSON")), ("{}", .noDump("x", reason: "version is missing")),
        (#"{"version":3,"tasks":{}}"#, .newerVersion("x", version: 3)),
        (#"{"version":1,"process":7}"#, .noDump("x", reason: "process has another type")),
    ])
    func noDump(text: String, expected: CommandFailure) {
        struct Source: DumpSource {
            let name = "x"
            func dump() async throws(CommandFailure) -> TaskDump { throw .noSuchProcess(0) }
        }
        let failure = #expect(throws: CommandFailure.self) { try Source().decode(Array(text.utf8)) }
        #expect(failure == expected)
    }
}
