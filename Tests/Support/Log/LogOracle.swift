import LogPlan

/// Everything acknowledged is there, in order, once; nothing else is: records whose commit was not answered may be there or
/// not, batches whole. Where the oldest segments are recycled, of what is left.
public enum LogOracle {
    /// - Parameters:
    ///   - certain: acknowledged before what happened, so that nothing excuses their absence.
    ///   - limit: the fixture's setting `payload`.
    /// - Returns: what is wrong, in words; empty when nothing is.
    public static func faults(
        in log: JudgedLog, certain: [LogTold.Acknowledged], payload limit: Int = 200
    ) -> [String] {
        Array((order(log.records) + contents(log.records, limit) + absent(log.records, certain)).prefix(10))
    }

    private static func order(_ records: [JudgedRecord]) -> [String] {
        var faults: [String] = []
        for (last, record) in zip(records, records.dropFirst()) {
            if record.lsn != last.lsn + 1 { faults.append("LSN \(record.lsn) follows \(last.lsn)") }
            if record.epoch < last.epoch { faults.append("the epoch falls at LSN \(record.lsn)") }
            let isWhole = last.rest == 0 ? record.batch == 0 : record.rest == last.rest - 1 && record.run == last.run
            if !isWhole { faults.append("the batch of LSN \(last.lsn) is not whole") }
        }
        if let last = records.last, last.rest > 0 { faults.append("the last batch is not whole") }
        return faults
    }

    private static func contents(_ records: [JudgedRecord], _ limit: Int) -> [String] {
        var faults: [String] = []
        var next: [Int: UInt32] = [:]
        let isWhole = records.first?.lsn == 1
        for record in records {
            guard let task = record.task else {
                if record.kind >= 16 { faults.append("LSN \(record.lsn) is of a run that nobody has written") }
                continue
            }
            let expected = next[task] ?? (isWhole ? 0 : record.sequence)
            if record.sequence != expected {
                faults.append("task \(task): record \(record.sequence) in place of \(expected)")
            }
            next[task] = record.sequence + 1
            if record.payload != LogPlan.payload(task: task, sequence: record.sequence, atMost: limit) {
                faults.append("LSN \(record.lsn) is not what task \(task) wrote")
            }
        }
        return faults
    }

    private static func absent(_ records: [JudgedRecord], _ certain: [LogTold.Acknowledged]) -> [String] {
        let first = records.first?.lsn ?? 1
        return certain.lazy.filter { $0.lsn >= first }.compactMap { sure in
            let index = Int(sure.lsn) - Int(first)
            guard records.indices.contains(index) else {
                return "acknowledged LSN \(sure.lsn) is not there: the log ends at \(records.last?.lsn ?? 0)"
            }
            let isSame = records[index].task == sure.task && records[index].sequence == sure.sequence
            return isSame ? nil : "acknowledged LSN \(sure.lsn) is another record"
        }
    }
}
