import SagaTelemetry

extension PageBuffer {
    mutating func append(_ count: UInt64) {
        append(atMost: DecimalText.maximumLength) { $0 + DecimalText.write(count, to: $0) }
    }

    mutating func append(_ value: NumberPoint.Value) {
        append(atMost: DecimalText.maximumLength) { out in
            switch value {
            case .int(let value): out + DecimalText.write(value, to: out)
            case .double(let value): out + DecimalText.write(value, to: out)
            }
        }
    }

    /// Nanoseconds since the Unix epoch as seconds, exactly.
    mutating func append(seconds time: UInt64) {
        let (seconds, nanoseconds) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
        append(atMost: 2 * DecimalText.maximumLength) { out in
            let point = out + DecimalText.write(seconds, to: out)
            // Written with a one before the nine digits, which the point then takes the place of.
            let end = point + DecimalText.write(1_000_000_000 + nanoseconds, to: point)
            point.pointee = UInt8(ascii: ".")
            return end
        }
    }
}
