import SagaTelemetry

extension TraceID {
    /// - Parameter text: as ``description``, in any case.
    package init?(_ text: String) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16), text.first != "+", text.dropFirst(16).first != "+"
        else { return nil }
        self.init(high: high, low: low)
    }
}
