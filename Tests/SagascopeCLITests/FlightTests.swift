import Foundation
import TaskInspection
import TestSupport
import Testing

@Suite("sagascope flight", .flightRecorderAlone)
struct FlightTests {
    @Test func savesATraceThatOthersRead() async throws {
        try await withTemporaryDirectory { folder in
            let file = folder.appending(path: "shop.perfetto-trace")
            try FlightRecorder.shared.start()
            defer { FlightRecorder.shared.stop() }
            let output = try await withAdminServer(token: "s3cret") { port in
                let arguments = ["flight", "127.0.0.1:\(port)", "--token", "s3cret", "-o"]
                let piped = try await sagascope(arguments + ["-"])
                #expect(piped.exitCode == 0 && !piped.output.isEmpty)
                return try await sagascope(arguments + [file.path])
            }
            #expect(output.exitCode == 0 && output.output.isEmpty, "\(output.errors)")
            let saved = try Data(contentsOf: file)
            #expect(output.errors.contains(file.path) && output.errors.contains("\(saved.count) bytes"))
            if await PerfettoJudge.isThere() { try await PerfettoJudge.check([UInt8](saved)) }
        }
    }

    @Test func saysWhenTheRecorderIsOff() async throws {
        FlightRecorder.shared.stop()
        let output = try await withAdminServer {
            try await sagascope(["flight", "127.0.0.1:\($0)", "-o", "/dev/null"])
        }
        #expect(output.exitCode == 11)
        #expect(output.errors.contains("SAGASCOPE_FLIGHT=on"))
    }

    @Test func saysWhatTheAddressLacks() async throws {
        let address = "http://127.0.0.1:\(try freePort())"
        let nobody = try await sagascope(["flight", address])
        #expect(nobody.exitCode == 2 && nobody.errors.contains(address))
        let (strange, absent) = try await withAdminServer(token: "s3cret") { port in
            (
                try await sagascope(["flight", "127.0.0.1:\(port)"]),
                try await withAdminServer(host: "0.0.0.0") { try await sagascope(["flight", "127.0.0.1:\($0)"]) }
            )
        }
        #expect(strange.exitCode == 4 && strange.errors.contains("asks for a token"))
        #expect(absent.exitCode == 3 && absent.errors.contains("/debug/flight"))
    }

    @Test func saysWhyTheFileIsNotWritten() async throws {
        try FlightRecorder.shared.start()
        defer { FlightRecorder.shared.stop() }
        let output = try await withAdminServer {
            try await sagascope(["flight", "127.0.0.1:\($0)", "-o", "/nowhere/x"])
        }
        #expect(output.exitCode == 12)
        #expect(output.errors.contains("/nowhere/x") && output.errors.contains("No such file"))
    }
}
