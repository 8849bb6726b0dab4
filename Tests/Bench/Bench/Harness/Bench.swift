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
    /// How far the reference may change between before and after a sample; a sample that it changed more for is taken again.
    var steadiness: Double { get }

    func pass(_ meter: inout Meter) async throws
    func referencePass(_ meter: inout Meter) async throws
}

extension Bench {
    var steadiness: Double { .infinity }
}

/// The unit in which a row shows what one operation takes, or how many a second there are.
enum TimeUnit: String, Encodable {
    case nanoseconds = "ns"
    case microseconds = "us"
    case milliseconds = "ms"
    case perSecond = "1/s"
    /// Of memory: what was measured is not a time.
    case bytes = "B"

    /// - Parameter nanoseconds: of one operation.
    func value(nanoseconds: Double) -> Double {
        switch self {
        case .nanoseconds: nanoseconds
        case .microseconds: nanoseconds / 1e3
        case .milliseconds: nanoseconds / 1e6
        case .perSecond: 1e9 / nanoseconds
        case .bytes: nanoseconds
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
