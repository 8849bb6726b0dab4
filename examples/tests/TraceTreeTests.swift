import Foundation
import Testing

@testable import checkout

@Suite("The slowest run is read back and drawn")
struct TraceTreeTests {
    @Test func drawsOnlyTheTraceOfTheRun() throws {
        let run =
            #"{"traceId":"aa","spanId":"01","name":"run checkout","startTimeUnixNano":"1000000","#
            + #""endTimeUnixNano":"101000000"}"#
        let step =
            #"{"traceId":"aa","spanId":"02","parentSpanId":"01","name":"step charge-card","#
            + #""startTimeUnixNano":"51000000","endTimeUnixNano":"101000000","status":{"code":2},"#
            + #""attributes":[{"key":"saga.step.attempt","value":{"intValue":"2"}},"#
            + #"{"key":"error.type","value":{"stringValue":"timeout"}}]}"#
        let other = #"{"traceId":"bb","spanId":"03","name":"aa","startTimeUnixNano":"1","endTimeUnixNano":"2"}"#
        func line(_ spans: String...) -> String {
            #"{"resourceSpans":[{"scopeSpans":[{"spans":[\#(spans.joined(separator: ","))]}]}]}"# + "\n"
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = line(step, other) + #"{"resourceLogs":[]}"# + "\n" + line(run)
        try text.write(toFile: path, atomically: true, encoding: .utf8)

        let spans = try TraceFile(path: path).spans(ofTrace: "aa")
        let lines = TraceTree(spans).text.split(separator: "\n")

        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("run checkout"))
        #expect(lines[2].hasPrefix("└─ step charge-card (attempt 2): timeout"))
        #expect(lines[2].contains(" 50.0     50.0"))
        #expect(lines[2].hasSuffix("✗"))
    }

    @Test func hasNothingToDrawForATraceThatWasNotExported() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "".write(toFile: path, atomically: true, encoding: .utf8)
        let spans = try TraceFile(path: path).spans(ofTrace: "aa")
        #expect(spans.isEmpty)
    }
}
