import Glibc

/// The system's time, which other machines and earlier processes reckon by too.
enum WallClock {
    /// Unix ns.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
