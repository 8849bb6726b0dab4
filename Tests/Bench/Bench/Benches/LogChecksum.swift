import CSagascope

/// The CRC-32C of so many bytes; the least that reading them takes is to copy them.
final class LogChecksum: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "memcpy"
    let operations: Int
    let passes = 1
    private let bytes: [UInt8]
    private var copy: [UInt8]

    init(bytes count: Int) {
        operations = (256 << 20) / count
        var generator = SplitMix(seed: 1)
        bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        copy = Array(repeating: 0, count: count)
    }

    func pass(_ meter: inout Meter) async throws {
        var sum: UInt32 = 0
        // Records are summed each from the same seed, so that one does not wait for the one before.
        var mixed: UInt32 = 0
        bytes.withUnsafeBytes { bytes in
            meter.measure {
                for number in 0..<operations {
                    sum = sgs_crc32c(UInt32(truncatingIfNeeded: number), bytes.baseAddress, UInt64(bytes.count))
                    mixed &+= sum
                }
            }
        }
        try require(mixed != 0, "no checksum was made")
    }

    func referencePass(_ meter: inout Meter) async throws {
        meter.measure {
            copy.withUnsafeMutableBytes { copy in
                bytes.withUnsafeBytes { bytes in
                    for number in 0..<operations {
                        copy.copyMemory(from: bytes)
                        // Each copy is made.
                        copy[number % copy.count] = UInt8(truncatingIfNeeded: number)
                    }
                }
            }
        }
        try require(copy.count == bytes.count, "the copy was not made")
    }
}
