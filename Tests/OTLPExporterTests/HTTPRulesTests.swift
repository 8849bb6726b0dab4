import SagaTelemetry
import Testing

@testable import OTLPExporter

@Suite struct HTTPRulesTests {
    @Test(arguments: [
        ("0", Duration.zero), ("120", .seconds(120)), (" 5", .seconds(5)), ("99999999999999999999", .seconds(86_400)),
        ("Thu, 01 Jan 1970 00:01:40 GMT", .zero), ("Tue, 29 Feb 2000 00:00:00 GMT", .seconds(1_000)),
    ])
    func readsRetryAfter(header: String, delay: Duration) {
        // 29 February 2000, 00:00:00 minus 1000 s.
        #expect(RetryAfter.delay(header, unixTime: 951_782_400 - 1_000) == delay)
    }

    @Test(arguments: [
        "", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    ])
    func ignoresRetryAfterOfNoKnownForm(header: String) {
        #expect(RetryAfter.delay(header, unixTime: 0) == nil)
    }

    @Test func backoffGrowsToItsMaximum() {
        let policy = OTLPRetryPolicy()
        #expect(policy.backoff(after: 1, jitter: 1) == .seconds(1))
        #expect(policy.backoff(after: 2, jitter: 1) == .seconds(1.5))
        #expect(policy.backoff(after: 2, jitter: 0.5) == .seconds(0.75))
        #expect(policy.backoff(after: 1_000, jitter: 1) == .seconds(5))
        #expect(policy.backoff(after: 3, jitter: 0) == .zero)
    }

    @Test(arguments: ["collector:4318", "ftp://collector", "http://", "", "grpc://collector:4317"])
    func refusesAnEndpointThatIsNoURL(endpoint: String) {
        let configuration = OTLPHTTPConfiguration(
            traces: .init(url: endpoint), logs: .init(url: "http://collector/v1/logs"),
            metrics: .init(url: "http://collector/v1/metrics"))
        #expect(throws: OTLPConfigurationError.endpoint(.traces, url: endpoint)) { try configuration.validate() }
    }

    @Test func refusesHeadersThatWouldBreakTheRequest() {
        let name = OTLPHTTPConfiguration(headers: [(name: "bad name", value: "x")])
        #expect(throws: OTLPConfigurationError.headerName(.traces, name: "bad name")) { try name.validate() }
        let value = OTLPHTTPConfiguration(headers: [(name: "x-key", value: "a\r\nHost: evil")])
        #expect(throws: OTLPConfigurationError.headerValue(.traces, name: "x-key")) { try value.validate() }
        #expect(!"\(OTLPConfigurationError.headerValue(.traces, name: "x-key"))".contains("evil"))
    }

    @Test func refusesATimeoutOfNothing() {
        var configuration = OTLPHTTPConfiguration()
        configuration.timeout = .zero
        #expect(throws: OTLPConfigurationError.timeout(.zero)) { try configuration.validate() }
    }
}
