import TestSupport
import Testing

@testable import PrometheusExporter

@Suite("Numbers")
struct DecimalTextTests {
    private func text(_ write: (UnsafeMutablePointer<UInt8>) -> Int) -> String {
        let bytes = [UInt8](unsafeUninitializedCapacity: DecimalText.maximumLength) { buffer, count in
            count = buffer.baseAddress.map(write) ?? 0
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("Integers, at every length and both ends")
    func integers() {
        var values: [Int64] = [0, .max, .min, .max - 1, .min + 1]
        var power: Int64 = 1
        for _ in 0..<18 {
            values += [power - 1, power, power + 1, -power, 9 * power, 10 * power - 1]
            power *= 10
        }
        for value in values { #expect(text { DecimalText.write(value, to: $0) } == String(value)) }
        #expect(text { DecimalText.write(UInt64.max, to: $0) } == "18446744073709551615")
    }

    @Test(
        "Doubles as Prometheus spells them",
        arguments: [
            (0, "0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (-2.5, "-2.5"), (1e-9, "0.000000001"), (1e-10, "1e-10"),
            (999_999.999_999_999, "999999.999999999"), (123_456_789.125, "123456789.125"),
            (1e14 + 0.5, "100000000000000.5"),
            (1e15, "1000000000000000"), (1e16, "1e+16"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (.leastNonzeroMagnitude, "5e-324"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] as [(Double, String)])
    func doubles(value: Double, expected: String) {
        #expect(text { DecimalText.write(value, to: $0) } == expected)
    }

    @Test("Every double reads back as itself, in no more characters than the standard library needs")
    func roundTrip() {
        var generator = SplitMix(state: 42)
        var values: [Double] = [-Double.leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]
        for _ in 0..<20_000 {
            values.append(Double(bitPattern: generator.next()))
            values.append(Double.random(in: -10...10, using: &generator))
            values.append(Double(Int64.random(in: 0..<10_000_000_000_000, using: &generator)) / 1e9)
            values.append(Double(Int64.random(in: 0..<1_000_000_000_000_000, using: &generator)) / 1e6)
            values.append(Double(Int64.random(in: 0..<100_000, using: &generator)) / 1e3)
        }
        for value in values where value.isFinite {
            let written = text { DecimalText.write(value, to: $0) }
            #expect(Double(written) == value)
            #expect(significantDigits(written) <= significantDigits(value.description))
        }
    }

    private func significantDigits(_ text: String) -> Int {
        let mantissa = text.prefix { $0 != "e" }.filter(\.isNumber)
        let trimmed = mantissa.drop { $0 == "0" }
        return trimmed.count - trimmed.reversed().prefix { $0 == "0" }.count
    }
}
