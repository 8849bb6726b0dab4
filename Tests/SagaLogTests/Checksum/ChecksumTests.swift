import CSagascope
import TestSupport
import Testing

/// Long inputs are summed in three streams, short ones in one; the definition knows neither.
@Suite struct ChecksumTests {
    /// RFC 3720: the reflected polynomial, bit by bit.
    private static func defined(_ bytes: ArraySlice<UInt8>, after seed: UInt32 = 0) -> UInt32 {
        var crc = ~seed
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return ~crc
    }

    private static let bytes: [UInt8] = {
        var generator = SplitMix(state: 1)
        return (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }()

    @Test func everyLengthGivesWhatTheDefinitionGives() {
        let lengths = Array(0...1_100) + [6_143, 6_144, 6_145, 6_399, 6_400, 12_287, 12_288, 19_990]
        for length in lengths {
            let from = length % 8
            let slice = Self.bytes[from..<from + length]
            let seed = UInt32(length) &* 0x9E37_79B9
            let sum = slice.withUnsafeBytes { sgs_crc32c(seed, $0.baseAddress, UInt64(length)) }
            #expect(sum == Self.defined(slice, after: seed), "\(length) bytes")
        }
    }

    @Test func aWordAndWhatFollowsAreSummedAsTheyLie() {
        for length in [4, 5, 12, 92, 204, 259, 260, 261, 1_004, 16_004] {
            let slice = Self.bytes[0..<length]
            let sum = slice.withUnsafeBytes { bytes in
                sgs_crc32c_word(
                    9, bytes.loadUnaligned(as: UInt32.self), bytes.baseAddress! + 4, UInt64(length - 4))
            }
            #expect(sum == Self.defined(slice, after: 9), "\(length) bytes")
        }
    }
}
