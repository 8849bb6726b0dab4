import ArgumentParser

/// A duration on the command line: `30s`, `1.5m`, `2h`, `500ms`; a number alone is seconds.
struct DurationArgument: ExpressibleByArgument, Equatable {
    let nanoseconds: UInt64

    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3_600e9), ("d", 86_400e9), ("", 1e9),
    ]

    init?(argument: String) {
        guard let unit = Self.units.first(where: { argument.hasSuffix($0.name) }),
            let number = Double(argument.dropLast(unit.name.count)), number >= 0, number * unit.nanoseconds <= 1e18
        else { return nil }
        nanoseconds = UInt64(number * unit.nanoseconds)
    }

    init(seconds: UInt64) { nanoseconds = seconds * 1_000_000_000 }

    /// As the admin server reads it, in seconds.
    var seconds: String { "\(Double(nanoseconds) / 1e9)" }
}
