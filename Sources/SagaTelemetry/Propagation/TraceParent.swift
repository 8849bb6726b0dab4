/// The `traceparent` header of W3C trace context: `00-<trace id>-<span id>-<flags>`.
///
/// Source: https://www.w3.org/TR/trace-context/#traceparent-header. A header that breaks a rule is no error: it answers
/// nil and a new trace begins.
extension TraceContext {
    /// - Parameter traceParent: the header's value; surrounding spaces are allowed.
    public init?(traceParent: some StringProtocol) {
        let bytes = Array(traceParent.trimmingBlanks().utf8)
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Hexadecimal.read(bytes[0..<2]), version != 0xff,
            // Version 0 has nothing after the flags; a later one may go on after a dash.
            bytes.count == 55 || (version > 0 && bytes[55] == dash),
            let high = Hexadecimal.read(bytes[3..<19]), let low = Hexadecimal.read(bytes[19..<35]),
            let span = Hexadecimal.read(bytes[36..<52]), let flags = Hexadecimal.read(bytes[53..<55])
        else { return nil }
        let traceID = TraceID(high: high, low: low)
        guard traceID.isValid, span != 0 else { return nil }
        // Sampled, and level 2's "the trace id is random", which has to be passed on; other bits are not.
        self.init(traceID: traceID, spanID: SpanID(span), flags: UInt8(flags) & 3, isRemote: true)
    }

    /// The header's value for a request made under this context.
    public var traceParent: String {
        String(unsafeUninitializedCapacity: 55) { digits in
            digits[0] = UInt8(ascii: "0")
            digits[1] = UInt8(ascii: "0")
            digits[2] = dash
            Hexadecimal.write(traceID.high, to: digits, at: 3)
            Hexadecimal.write(traceID.low, to: digits, at: 19)
            digits[35] = dash
            Hexadecimal.write(spanID.value, to: digits, at: 36)
            digits[52] = dash
            Hexadecimal.write(flags, to: digits, at: 53)
            return 55
        }
    }
}

private let dash = UInt8(ascii: "-")
