/// What lies in a log's directory.
///
/// ```
/// 0000000000000001.segment   records, one file after the other; the name is the segment's number, in hexadecimal
/// spare.segment              zeros, to be the next one
/// reserve.segment            zeros, kept for closing records on a full disk
/// 00000000000003e8.snapshot  what the records up to this LSN come to
/// runs.view                  where each open run stands, for other processes to map
/// lock                       held by the one process that writes
/// 0000000000000001.torn-1    what was cut off a segment's end, as it was
/// ```
enum LogFiles {
    static let lock = "lock"
    static let view = "runs.view"
    static let spare = "spare.segment"
    static let reserve = "reserve.segment"

    static func segment(_ number: UInt64) -> String { hexadecimal(number) + ".segment" }
    static func snapshot(_ lsn: LSN) -> String { hexadecimal(lsn.rawValue) + ".snapshot" }
    static func torn(segment: UInt64, _ copy: Int) -> String { hexadecimal(segment) + ".torn-\(copy)" }

    /// The number in a segment's name, nil for another file.
    static func segmentNumber(_ name: String) -> UInt64? { number(name, suffix: ".segment") }
    static func snapshotLSN(_ name: String) -> LSN? { number(name, suffix: ".snapshot").map { LSN($0) } }

    private static func number(_ name: String, suffix: String) -> UInt64? {
        guard name.hasSuffix(suffix), name.utf8.count == 16 + suffix.utf8.count else { return nil }
        let digits = name.prefix(16)
        guard digits.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else { return nil }
        return UInt64(digits, radix: 16)
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
