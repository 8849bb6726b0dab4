/// Records without a gap, as they are written to a directory.
final class SalvagePart {
    private let path: String
    private let isOpenable: Bool
    private let damages: Int
    private var part: LogSalvage.Report.Part
    private var header: SegmentHeader?
    private var file: SalvageFile?
    /// Of the records in it.
    private var firstLSN = LSN.none

    init(_ target: String, first: LogWalk.Record, isOpenable: Bool) throws(SagaLogError) {
        let directory = isOpenable ? "" : "after-" + LogFiles.snapshot(first.lsn).prefix(16)
        path = isOpenable ? target : target + "/" + directory
        if !isOpenable { try SalvageFiles.make(path) }
        part = .init(directory: directory, first: first.lsn, last: LSN(first.lsn.rawValue - 1), records: 0)
        self.isOpenable = isOpenable
        damages = first.damages
    }

    func takes(_ record: LogWalk.Record) -> Bool {
        record.lsn == part.last.advanced(by: 1) && (record.damages == damages || !isOpenable)
    }

    func add(_ record: LogWalk.Record) throws(SagaLogError) {
        if header != record.segment {
            try closeFile()
            file = try SalvageFile(path + "/" + LogFiles.segment(record.segment.number))
            header = record.segment
            firstLSN = record.lsn
        }
        try file?.append(record.bytes)
        part.last = record.lsn
        part.records += 1
    }

    /// The file's header: the segment's own, unless not all of the segment's records before the end are in it.
    private func closeFile() throws(SagaLogError) {
        guard var header, let file else { return }
        if !isOpenable {
            header.first = firstLSN
            // As much as is needed, and length 0 behind the last record.
            header.size = UInt64((file.end + 8 + 4095) & ~4095)
        }
        try file.close(header)
        self.file = nil
        self.header = nil
    }

    func close(into report: inout LogSalvage.Report) throws(SagaLogError) {
        try closeFile()
        try OpenFile.syncDirectory(path)
        if isOpenable { report.log = part } else { report.after.append(part) }
    }
}
