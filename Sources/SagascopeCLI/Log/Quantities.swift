#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `512 B`, `1.5 KiB`, `64 MiB`
func byteText(_ bytes: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 1024, unit < units.count - 1 {
        value /= 1024
        unit += 1
    }
    let tenths = (value * 10).rounded(.down) / 10
    return unit == 0 || tenths >= 100 || tenths == tenths.rounded()
        ? "\(Int(tenths)) \(units[unit])" : "\(tenths) \(units[unit])"
}

/// `1 record`, `2 records`
func countText(_ count: UInt64, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// `2026-01-31T12:00:00.000Z`
func timeText(_ nanoseconds: UInt64) -> String {
    Date(timeIntervalSince1970: Double(nanoseconds) / 1e9)
        .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
