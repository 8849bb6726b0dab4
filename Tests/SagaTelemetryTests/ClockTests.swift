import CSagascope
import Glibc
import Testing

/// Recording's clock against the system's. Each reading is taken between two of CLOCK_MONOTONIC, so that no interruption
/// decides.
struct ClockTests {
    /// What two anchors of the counter may differ by: the error of a reading, and the rate's over one cycle.
    private let tolerance: UInt64 = 20_000

    @Test func followsTheSystemsClock() {
        for _ in 0..<4 {
            sgs_clock_refresh()
            let end = sgs_monotonic_ns() + 15_000_000
            while sgs_monotonic_ns() < end {
                let before = sgs_monotonic_ns()
                let recorded = sgs_recording_ns()
                let after = sgs_monotonic_ns()
                #expect(recorded + tolerance >= before && recorded <= after + tolerance)
            }
        }
    }

    @Test func followsTheWallClock() {
        sgs_clock_refresh()
        var wall = timespec()
        let before = sgs_unix_ns()
        clock_gettime(CLOCK_REALTIME, &wall)
        let after = sgs_unix_ns()
        let now = UInt64(wall.tv_sec) * 1_000_000_000 + UInt64(wall.tv_nsec)
        #expect(before <= now + tolerance && now <= after + tolerance)
    }

    /// Many threads read while the line is written anew: nobody sees half of it.
    @Test func isReadWhileItIsRefreshed() async {
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var wrong = 0
                    for _ in 0..<200_000 {
                        let before = sgs_monotonic_ns()
                        let recorded = sgs_recording_ns()
                        if recorded + 20_000 < before || recorded > sgs_monotonic_ns() + 20_000 { wrong += 1 }
                    }
                    return wrong
                }
            }
            group.addTask {
                for _ in 0..<2_000 { sgs_clock_refresh() }
                return 0
            }
            for await wrong in group { #expect(wrong == 0) }
        }
    }
}
