import PrometheusExporter
import Testing

@Suite("Negotiation")
struct NegotiationTests {
    private static let protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

    @Test(
        "The format that is asked for most",
        arguments: [
            (nil, .text), ("", .text), ("*/*", .text), ("text/plain", .text), ("text/*;q=0.1", .text),
            ("text/plain; version=0.0.4", .text), ("TEXT/PLAIN;VERSION=0.0.4", .text),
            ("text/plain;version=0.0.4;escaping=allow-utf-8", .text),
            ("text/plain;version=1.0.0", .text(escaping: .underscores)),
            ("text/plain;version=1.0.0;escaping=allow-utf-8", .text(escaping: .allowUTF8)),
            ("application/openmetrics-text", .openMetrics), ("application/openmetrics-text;version=0.0.1", .text),
            ("application/openmetrics-text; version=\"1.0.0\"; escaping=dots", .openMetrics(escaping: .dots)),
            ("application/openmetrics-text;version=1.0.0;escaping=values", .openMetrics(escaping: .values)),
            ("application/openmetrics-text;version=1.0.0;escaping=allow-utf8", .openMetrics(escaping: .allowUTF8)),
            ("application/openmetrics-text;version=1.0.0;escaping=rot13", .openMetrics),
            ("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0", .openMetrics),
            ("text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0", .text),
            ("application/openmetrics-text;q=0,text/plain;q=0.1", .text), ("application/openmetrics-text;q=0", .text),
            (protobuf, .protobuf), (protobuf + ";q=0.3,application/openmetrics-text;q=0.4", .openMetrics),
            ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", .text),
            ("application/vnd.google.protobuf;proto=something.Else;encoding=delimited", .text),
            ("application/json", .text), ("text/html,application/xhtml+xml,*/*;q=0.8", .text),
        ] as [(String?, PrometheusFormat)])
    func preference(accept: String?, expected: PrometheusFormat) {
        #expect(PrometheusFormat(accept: accept) == expected)
    }

    @Test("What real Prometheus servers send")
    func servers() {
        let two = """
            application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
            text/plain;version=0.0.4;q=0.5,*/*;q=0.1
            """
        #expect(PrometheusFormat(accept: two) == .openMetrics)
        #expect(PrometheusFormat(accept: Self.protobuf + ",application/openmetrics-text;q=0.8,*/*;q=0.1") == .protobuf)
        let three = """
            application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
            application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
            text/plain;version=0.0.4;q=0.3,*/*;q=0.2
            """
        #expect(PrometheusFormat(accept: three) == .openMetrics(escaping: .allowUTF8))
    }

    @Test(
        "Malformed elements are passed over, and nothing but them is the default",
        arguments: [
            ",", ";", "/", "text", "text/", "/plain", ";;;q=1", "application/openmetrics-text;q=2",
            "application/openmetrics-text;q=-1", "application/openmetrics-text;q=nan",
            "application/openmetrics-text;q=",
            "application/openmetrics-text;version", "application/openmetrics-text;version=\"1.0.0",
            "application/openmetrics-text;version=\"1.0.0\"x", "application/openmetrics-text;version=\"1.0.0\\\"",
            "application/openmetrics-text;=1.0.0", "application/open metrics-text", "application/openmetrics-text\u{0}",
            "äpplication/openmetrics-text", "\"application/openmetrics-text\"", String(repeating: ",", count: 10_000),
            String(repeating: "\"", count: 9_999) + "application/openmetrics-text",
        ])
    func malformed(accept: String) {
        #expect(PrometheusFormat(accept: accept) == .text)
        #expect(PrometheusFormat(accept: accept + "x,application/openmetrics-text;q=0.2,").isOneOfTwo)
    }

    @Test("A quoted comma or semicolon is part of its value")
    func quoted() {
        let accept = "text/html;a=\"b,c;d\\\"\",application/openmetrics-text;version=1.0.0;x=\",;\""
        #expect(PrometheusFormat(accept: accept) == .openMetrics)
    }

    @Test("The answer says what it is")
    func contentTypes() {
        #expect(PrometheusFormat.text.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            PrometheusFormat.openMetrics(escaping: .allowUTF8).contentType
                == "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8")
        for escaping in NameEscaping.allCases {
            for format in [
                PrometheusFormat.text(escaping: escaping), .openMetrics(escaping: escaping),
                .protobuf(escaping: escaping),
            ] {
                // What we say is what we would understand.
                #expect(PrometheusFormat(accept: format.contentType) == format)
            }
        }
    }
}

extension PrometheusFormat {
    /// Behind an open quote an element swallows the rest of the header, which is no reason for anything else than these.
    fileprivate var isOneOfTwo: Bool { self == .text || self == .openMetrics }
}
