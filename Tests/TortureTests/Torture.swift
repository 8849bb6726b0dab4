import Foundation
import SagaTelemetry
import TestSupport

enum Torture {
    static var isOn: Bool { ProcessInfo.processInfo.environment["TEST_TORTURE"] == "1" }

    /// Of this run of the tests that tell theirs; `TEST_SEED` repeats one.
    static let seed: UInt64 = {
        let seed = ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) }
        return seed ?? UInt64.random(in: 0..<1 << 32)
    }()

    /// SplitMix64: the same tests for the same seed.
    struct Random: RandomNumberGenerator {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }

        mutating func value(depth: Int) -> AttributeValue {
            switch next() % (depth < 3 ? 9 : 6) {
            case 0: return .bool(next() % 2 == 0)
            case 1: return .int(Int64(bitPattern: next() >> (next() % 64)))
            case 2: return .double(Double(Int64(bitPattern: next())) / 1024)
            case 3: return .bytes((0..<(next() % 200)).map { UInt8(truncatingIfNeeded: $0) })
            case 4, 5: return .string(String(repeating: "ä\u{0}z", count: Int(next() % 90)))
            case 6, 7: return .array((0..<(next() % 4)).map { _ in value(depth: depth + 1) })
            default:
                let pairs = (0..<(next() % 4)).map { AttributeValue.KeyValue("k\($0)", value(depth: depth + 1)) }
                return .keyValues(pairs)
            }
        }
    }
}

extension ExportedValue {
    /// What a value is after its way through OTLP/JSON.
    init(_ value: AttributeValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .double(let number): self = .double(number)
        case .bytes(let bytes): self = .bytes(bytes)
        case .array(let values): self = .array(values.map { ExportedValue($0) })
        case .keyValues(let pairs):
            self = .keyValues(Dictionary(uniqueKeysWithValues: pairs.map { ($0.key, ExportedValue($0.value)) }))
        }
    }
}
