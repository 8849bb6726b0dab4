/// A duration as people say it: two or three digits and a unit.
package enum DurationText {
    private static let second: UInt64 = 1_000_000_000

    /// `800 ns`, `15 µs`, `1.2 s`, `3 min 05 s`, `2 h 10 min`, `4 d 1 h`. Rounded down: nothing is said to have lasted
    /// longer than it did.
    package static func of(nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case 0: return "0 s"
        case ..<1_000: return "\(nanoseconds) ns"
        case ..<1_000_000: return decimal(nanoseconds, of: 1_000) + " µs"
        case ..<second: return decimal(nanoseconds, of: 1_000_000) + " ms"
        case ..<(60 * second): return decimal(nanoseconds, of: second) + " s"
        default: return long(seconds: nanoseconds / second)
        }
    }

    /// With one digit after the point below 10.
    private static func decimal(_ nanoseconds: UInt64, of unit: UInt64) -> String {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: unit)
        let tenth = rest * 10 / unit
        return whole >= 10 || tenth == 0 ? "\(whole)" : "\(whole).\(tenth)"
    }

    private static func long(seconds: UInt64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
        if hours == 0 { return "\(minutes) min \(twoDigits(seconds % 60)) s" }
        if days == 0 { return "\(hours) h \(twoDigits(minutes % 60)) min" }
        return "\(days) d \(hours % 24) h"
    }

    private static func twoDigits(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
