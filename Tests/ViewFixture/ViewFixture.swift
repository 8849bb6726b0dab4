import Glibc
import SagaLog
import SagaTelemetry

/// Writes to the view of a directory as fast as it can until it is killed. All fields of a slot follow from its LSN, so that
/// who reads it can tell whether they belong together.
@main
enum ViewFixture {
    static func main() throws {
        // Whoever started it may be gone. A thread's mask of signals is its child's too, and may hold this one back.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        alarm(120)
        let view = try MappedView(directory: CommandLine.arguments[1], log: 7, epoch: 1, capacity: 16)
        let slots = (0..<16).compactMap { view.take(run: TraceID(high: 1, low: $0 + 1), saga: "checkout", started: 5) }
        let names = (0..<4).map { view.intern("step \($0)") }
        try view.appear()
        var lsn: UInt64 = 0
        while true {
            for slot in slots {
                lsn += 1
                let change = MappedView.Change(
                    .stepStarted, step: names[Int(lsn % 4)], attempt: UInt16(truncatingIfNeeded: lsn),
                    sequence: UInt32(truncatingIfNeeded: lsn), lsn: LSN(lsn),
                    epoch: UInt32(truncatingIfNeeded: lsn >> 1), changed: lsn &* 3)
                view.apply(change, to: slot)
            }
            view.publish(durable: LSN(lsn), mapped: LSN(lsn))
        }
    }
}
