/// Reads the `Retry-After` header: seconds, or a date in the form that RFC 9110 asks senders to use
/// (`Sun, 06 Nov 1994 08:49:37 GMT`). The two obsolete date forms and anything else count as no header.
enum RetryAfter {
    /// No destination is waited for longer than this, so a longer wait says nothing more.
    private static let longest: Int64 = 86_400

    /// - Parameter unixTime: the present, in seconds since the Unix epoch.
    /// - Returns: how long to wait, from zero to a day.
    static func delay(_ header: String, unixTime: Int64) -> Duration? {
        let text = header.trimmingPrefix(while: { $0 == " " || $0 == "\t" })
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return .seconds(min(Int64(text) ?? longest, longest))
        }
        return seconds(ofDate: text).map { .seconds(min(max(0, $0 - unixTime), longest)) }
    }

    /// Seconds since the Unix epoch of an IMF-fixdate.
    private static func seconds(ofDate text: Substring) -> Int64? {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
            let day = Int64(parts[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(parts[2])),
            let year = Int64(parts[3]), (1970...9999).contains(year)
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        return days(year: year, month: month + 1, day: day) * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
    }

    /// Days from 1 January 1970 in the Gregorian calendar: years counted from March, so that the leap day comes last.
    private static func days(year: Int64, month: Int, day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let marchMonth = Int64((month + 9) % 12)
        let daysBeforeYear = 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400
        let daysBeforeMonth = (153 * marchMonth + 2) / 5
        // 719,468 days lie between 1 March of year 0 and the epoch.
        return daysBeforeYear + daysBeforeMonth + day - 1 - 719_468
    }
}
