import CFloor
import Foundation
import SagaLog
import SagaTelemetry

/// Bringing one of 4,096 slots of the mapped view up to its run's next record, in no order.
final class LogViewUpdate: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "64-byte store"
    let operations = 4_000_000
    let passes = 1
    private let directory: URL
    private let view: MappedView
    private let slots: [UInt32]
    private let step: UInt16
    private var lsn: UInt64 = 0

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("sagascope-bench-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        view = try MappedView(directory: directory.path, log: 1, epoch: 1, capacity: Int(FLOOR_VIEW_SLOTS))
        try view.appear()
        let view = view
        let taken = (0..<UInt64(FLOOR_VIEW_SLOTS)).compactMap { number in
            view.take(run: TraceID(high: 1, low: number), saga: "checkout", started: 1)
        }
        try require(taken.count == Int(FLOOR_VIEW_SLOTS), "the view has \(taken.count) slots")
        var generator = SplitMix(seed: 1)
        slots = taken.shuffled(using: &generator)
        step = view.intern("reserve")
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func pass(_ meter: inout Meter) async throws {
        let (first, view, step) = (lsn, view, step)
        let mask = slots.count - 1
        slots.withUnsafeBufferPointer { slots in
            meter.measure {
                for number in 1...operations {
                    let change = MappedView.Change(
                        .stepStarted, step: step, attempt: 1, sequence: UInt32(truncatingIfNeeded: number),
                        lsn: LSN(first + UInt64(number)), epoch: 1, changed: UInt64(number))
                    view.apply(change, to: slots[number & mask])
                }
            }
        }
        lsn += UInt64(operations)
        view.publish(durable: LSN(lsn), mapped: LSN(lsn))
        let reader = try MappedViewReader(directory: directory.path)
        try require(reader.runs().last?.lsn == LSN(lsn) && reader.damaged == 0, "the last update is not to be seen")
    }

    func referencePass(_ meter: inout Meter) async throws {
        let operations = UInt64(operations)
        var last: UInt64 = 0
        slots.withUnsafeBufferPointer { slots in
            meter.measure { last = floor_view_store(slots.baseAddress!, operations) }
        }
        try require(last == operations + 6, "the stores were not made")
    }
}
