import CSagascope
import SagaTelemetry
import TaskInspection

/// A live task's record in the table. Valid while the task cannot end: in the task itself, while it is being enqueued, and in
/// what is told of its end.
typealias TaskRecord = UnsafeMutablePointer<sgs_task>

extension TaskRecord {
    /// The span it belongs to: its own, if a wrapper of ours made it, else that of its creator.
    var context: TraceContext? {
        get { pointee.traceContext }
        nonmutating set {
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 4) { words in
                words.initialize(repeating: 0)
                if let newValue { UnsafeMutableRawBufferPointer(words).storeBytes(of: newValue, as: TraceContext.self) }
                sgs_task_set_context(self, words.baseAddress)
            }
        }
    }

    func has(_ flag: Int) -> Bool { pointee.has(flag) }

    func set(_ flag: Int) { sgs_task_set_flags(self, UInt8(flag), 0) }

    func unset(_ flag: Int) { sgs_task_set_flags(self, 0, UInt8(flag)) }

    func setName(_ name: String) {
        var name = name
        name.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { sgs_task_set_name(self, $0.baseAddress, UInt64($0.count)) }
        }
    }
}

extension sgs_task {
    /// A context is four words without references, so that it can lie in the record as it is.
    var traceContext: TraceContext? {
        let context = withUnsafeBytes(of: context) { $0.load(as: TraceContext.self) }
        return context.traceID.isValid ? context : nil
    }

    var instruments: TaskInstruments? { TaskInstruments.at(UInt32(scope)) }

    var blockReason: BlockReason { BlockReason.allCases[Int(reason) % BlockReason.allCases.count] }
}
