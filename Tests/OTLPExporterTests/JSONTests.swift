import SagaTelemetry
import TestSupport
import Testing

@testable import OTLPExporter

// Bounds a hang; a test that records waits for all others that do.
@Suite(.timeLimit(.minutes(5)))
struct JSONTests {
    let encoder = OTLPEncoder(resource: Resource(Samples.everyKind))

    @Test(arguments: OTLPSignal.allCases)
    func lineReadsBackAsTheSameMessage(signal: OTLPSignal) async throws {
        let request =
            switch signal {
            case .traces: encoder.encode(spans: Samples.spans(3, attributes: Samples.everyKind))
            case .logs: encoder.encode(logs: Samples.logs(3, attributes: Samples.everyKind))
            case .metrics: encoder.encode(metrics: Samples.metrics)
            }
        let line = try #require(RequestJSON.line(of: request, signal))
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        let lines = try await Judge.content(ofLines: line, signal.rawValue)
        #expect(lines == [try await Judge.content(of: request, signal.rawValue)])
    }

    @Test func writesWhatOTLPWantsInsteadOfTheProtobufMapping() throws {
        let line = try #require(RequestJSON.line(of: encoder.encode(spans: Samples.spans(1)), .traces))
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.contains(#""traceId":"0102030405060708090a0b0c0d0e0001""#))
        #expect(text.contains(#""parentSpanId":"01020304050603e8""#))
        #expect(text.contains(#""kind":3"#))
        #expect(text.contains(#""startTimeUnixNano":"1700000000123456789""#))
        #expect(text.contains(#"{"doubleValue":"-Infinity"}"#))
        #expect(text.contains(#"{"intValue":"0"}"#), "the chosen member of a oneof stands, even at its default")
        #expect(!text.contains("traceState"), "a field at its default is left out")
    }

    /// Recording keeps a NUL, which libprotobuf-c, unpacking, takes for the end of a string.
    @Test func textGoesOnAfterANUL() async throws {
        let spans = Samples.spans(1, attributes: ["nul": "~a~b", "empty": ""])
        let request = encoder.encode(spans: spans).map { $0 == UInt8(ascii: "~") ? 0 : $0 }
        let line = try #require(RequestJSON.line(of: request, .traces))
        #expect(String(decoding: line, as: UTF8.self).contains(#""\u0000a\u0000b""#))
        #expect(try await Judge.content(ofLines: line, "traces") == [try await Judge.content(of: request, "traces")])
    }

    @Test func repairsTextThatIsNotUTF8() throws {
        var output = JSONOutput(reserving: 16)
        let broken: [UInt8] = [0x61, 0xFF, 0x62]
        broken.withUnsafeBufferPointer { output.string($0) }
        #expect(output.bytes == Array("\"a\u{FFFD}b\"".utf8))
    }

    @Test(
        arguments: [
            ([], ""), ([0], "AA=="), ([0, 1], "AAE="), ([0, 1, 2], "AAEC"), ([255, 254, 253, 252], "//79/A=="),
        ] as [([UInt8], String)])
    func base64(content: [UInt8], expected: String) {
        var output = JSONOutput(reserving: 16)
        content.withUnsafeBufferPointer { output.base64($0) }
        #expect(String(decoding: output.bytes, as: UTF8.self) == "\"\(expected)\"")
    }

    @Test func refusesBytesThatAreNotTheRequest() {
        #expect(RequestJSON.line(of: [0xFF, 0xFF, 0xFF], .traces) == nil)
    }
}
