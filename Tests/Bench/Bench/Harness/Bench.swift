/// One row of the report: work of ours, and what it is held against.
///
/// A pass does ``operations`` operations inside `meter.measure`; setting up, draining and checking stand outside of it. A
/// pass whose work did not happen as claimed throws ``BrokenInvariant``: a figure for work that was skipped is worthless.
protocol Bench: AnyObject {
    var unit: TimeUnit { get }
    /// What the reference is, in a word or two.
    var referenceName: String { get }
    /// Operations in one pass.
    var operations: Int { get }
    /// Passes that make one sample: enough for a few milliseconds.
    var passes: Int { get }

    func pass(_ meter: inout Meter) async throws
    func referencePass(_ meter: inout Meter) async throws
}

/// The unit in which a row shows the time of one operation.
enum TimeUnit: String, Encodable {
    case nanoseconds = "ns"
    case microseconds = "us"
    case milliseconds = "ms"

    var inNanoseconds: Double {
        switch self {
        case .nanoseconds: 1
        case .microseconds: 1e3
        case .milliseconds: 1e6
        }
    }
}

/// The work measured is not the work claimed. The only thing that fails a run; no timing does.
struct BrokenInvariant: Error, CustomStringConvertible {
    let description: String
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(BrokenInvariant) {
    guard condition else { throw BrokenInvariant(description: message()) }
}
