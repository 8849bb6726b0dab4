#if OTLPHTTP
import SagaTelemetry

/// A failure that may pass: why an attempt is worth repeating.
enum Trouble: CustomStringConvertible {
    /// A status that asks to come back.
    case answered(HTTPTransport.Answer)
    /// Nothing came back.
    case unreachable(String)

    var description: String {
        switch self {
        case .answered(let answer): "answered status \(answer.status)\(Self.words(of: answer))"
        case .unreachable(let reason): "is not reachable (\(reason))"
        }
    }

    var dropReason: DropReason {
        switch self {
        case .answered: .retriesExhausted
        case .unreachable: .unreachable
        }
    }

    var advice: String {
        switch self {
        case .answered: "See the collector's own log: it is overloaded or cannot reach what is behind it."
        case .unreachable: "Check that a collector listens there (OTLP over HTTP, usually port 4318)."
        }
    }

    /// The wait that the destination asked for.
    func retryAfter(unixTime: Int64) -> Duration? {
        guard case .answered(let answer) = self else { return nil }
        return answer.retryAfter.flatMap { RetryAfter.delay($0, unixTime: unixTime) }
    }

    /// What the destination itself says, as a quoted addition to a sentence.
    static func words(of answer: HTTPTransport.Answer) -> String {
        guard let body = answer.body, let text = ExportAnswer.errorText(body, contentType: answer.contentType)
        else {
            return ""
        }
        return " ('\(text)')"
    }
}

/// What to do about a status that no retry helps against.
enum Advice {
    static func forStatus(_ status: UInt, _ signal: OTLPSignal) -> String {
        switch status {
        case 300..<400: "Redirects are not followed: set the endpoint to the final URL."
        case 400: "Check that the endpoint speaks OTLP 1.x with protobuf bodies."
        case 401, 403, 407: "Check the credentials in the configured headers."
        case 404: "Check the path of the endpoint: it is usually /v1/\(signal)."
        case 405, 415: "Check that the endpoint is OTLP over HTTP (usually port 4318), not gRPC (4317)."
        case 413: "Lower the batch size or raise the collector's limit of a request."
        default: "See the collector's own log."
        }
    }
}
#endif
