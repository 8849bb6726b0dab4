package import SagaTelemetry

/// The runs that were closed last: what a record that is handed over again, after a restart, is answered with.
package struct ClosedRuns: Sendable, Equatable {
    package struct Run: Sendable, Hashable {
        /// Of its last record.
        package var sequence: UInt32
        /// Of the record that closed it, or of one after that.
        package var lsn: LSN
    }

    let limit: Int
    private var runs: [TraceID: Run] = [:]
    /// In the order of their closing, from `oldest` on and around.
    private var order: [TraceID] = []
    private var oldest = 0

    init(limit: Int) { self.limit = limit }

    package var count: Int { order.count }

    package subscript(run: TraceID) -> Run? { runs[run] }

    /// Forgets the oldest one when there are too many.
    mutating func close(_ run: TraceID, sequence: UInt32, lsn: LSN) {
        if let known = runs[run] {
            runs[run] = Run(sequence: max(known.sequence, sequence), lsn: max(known.lsn, lsn))
            return
        }
        runs[run] = Run(sequence: sequence, lsn: lsn)
        if order.count < limit {
            order.append(run)
        } else {
            runs[order[oldest]] = nil
            order[oldest] = run
            oldest = (oldest + 1) % limit
        }
    }

    /// The oldest first.
    package var all: [(id: TraceID, run: Run)] {
        (order[oldest...] + order[..<oldest]).compactMap { id in runs[id].map { (id, $0) } }
    }

    package static func == (one: ClosedRuns, other: ClosedRuns) -> Bool {
        one.limit == other.limit && one.runs == other.runs && one.all.map(\.id) == other.all.map(\.id)
    }
}
