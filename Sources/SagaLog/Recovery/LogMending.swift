import Glibc

/// Cuts off a torn end, and keeps what was cut.
struct LogMending {
    /// Copies of torn ends that are kept in a log's directory.
    static let kept = 5

    private let directory: LogDirectory

    init(_ directory: LogDirectory) { self.directory = directory }

    /// - Returns: the name of the copy of what was cut, if anything was.
    func mend(_ report: LogReport, end: LogWalk.End?) throws(SagaLogError) -> String? {
        var copy: String?
        if let torn = report.torn, let end {
            let from = Int(torn.offset)
            copy = try keep(end.name, number: end.header.number, from..<from + Int(torn.bytes))
        }
        if let end { try clear(end, isTorn: report.torn != nil) }
        for name in report.unbegun { try setAside(name) }
        if copy != nil || !report.unbegun.isEmpty {
            try OpenFile.syncDirectory(directory.path)
            removeOldest()
        }
        return copy
    }

    private func keep(_ name: String, number: UInt64, _ range: Range<Int>) throws(SagaLogError) -> String {
        let copy = copyName(number)
        var window = try FileWindow(directory.path(name))
        let file = try OpenFile(directory.path(copy), O_WRONLY | O_CREAT | O_EXCL, operation: "make")
        var at = range.lowerBound
        while at < range.upperBound {
            let bytes = try window.bytes(at: at, atLeast: min(1 << 18, range.upperBound - at))
            guard bytes.count > 0 else { break }
            let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(range.upperBound - at))
            try file.write(part, at: at - range.lowerBound)
            at += part.count
        }
        try file.syncData()
        try OpenFile.syncDirectory(directory.path)
        return copy
    }

    /// Zeros from the records' end on, and up to the size that the segment should have.
    private func clear(_ end: LogWalk.End, isTorn: Bool) throws(SagaLogError) {
        let size = directory.segments.first { $0.name == end.name }?.size ?? 0
        let whole = Int(clamping: end.header.size)
        guard isTorn || size < whole else { return }
        let file = try OpenFile(directory.path(end.name), O_WRONLY)
        let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        for at in stride(from: isTorn ? end.offset : size, to: whole, by: zeros.count) {
            try file.write(UnsafeRawBufferPointer(rebasing: zeros[..<min(zeros.count, whole - at)]), at: at)
        }
        try file.syncData()
    }

    /// A segment that was not begun makes room for the one that will be.
    private func setAside(_ name: String) throws(SagaLogError) {
        guard let number = LogFiles.segmentNumber(name) else { return }
        try OpenFile.rename(directory.path(name), to: directory.path(copyName(number)))
    }

    // MARK: copies

    /// One more than the last copy of the segment's end.
    private func copyName(_ number: UInt64) -> String {
        let before = copies(in: directory.names).filter { $0.segment == number }.map(\.copy).max() ?? 0
        return LogFiles.torn(segment: number, before + 1)
    }

    private func copies(in names: [String]) -> [(segment: UInt64, copy: Int, name: String)] {
        names.compactMap { name in
            let parts = name.split(separator: ".torn-", maxSplits: 1)
            guard parts.count == 2, let segment = UInt64(parts[0], radix: 16), let copy = Int(parts[1]), copy > 0,
                copy < .max, LogFiles.torn(segment: segment, copy) == name
            else { return nil }
            return (segment, copy, name)
        }
    }

    /// One that cannot be removed stays; it harms nobody.
    private func removeOldest() {
        guard let names = try? LogDirectory(directory.path).names else { return }
        let all = copies(in: names).sorted { ($0.segment, $0.copy) < ($1.segment, $1.copy) }
        for copy in all.dropLast(Self.kept) { unlink(directory.path(copy.name)) }
    }
}
