import Glibc

/// Goes through a log's segments in order, hands on their records, and judges what it finds: the rules of recovery.
///
/// - A segment belongs to the log if its header is sound, has the number in the file's name and the log's own number, and
///   begins with the LSN after the last one before it.
/// - A segment's records end at length 0, or where no sound next record is. If anything proves that the missing one was durable,
///   the log is **corrupt**: a sound record of a later group (``SegmentSearch``), a later segment, or an LSN that a snapshot or
///   the view knows to be durable. Otherwise its end is **torn**, or **clean** if it is at length 0 and nothing sound follows.
/// - A torn end is cut behind the last batch that is there as a whole.
/// - The last segment was **not begun** if ``isUnbegun(_:)`` says so.
struct LogWalk {
    let directory: LogDirectory
    /// The last record that is known to have been durable, from snapshots or the view.
    let durable: LSN
    let pastCache: Bool
    let stopsAtDamage: Bool
    /// Hand on what is there of a batch that the end was cut short in.
    let showsIncompleteBatch: Bool
    /// Told of bytes that are done, of how many.
    var progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }

    /// A sound record.
    struct Record {
        let bytes: UnsafeRawBufferPointer
        let offset: Int
        let segment: SegmentHeader
        let lsn: LSN
        /// Damages that were found before it.
        let damages: Int
    }

    /// Where the log goes on.
    struct End {
        var header: SegmentHeader
        var name: String
        /// Behind the last whole batch.
        var offset: Int
        /// The last record, and its epoch.
        var last: LSN
        var epoch: UInt32
    }

    private(set) var report: LogReport
    private(set) var end: End?

    /// What the next segment has to begin with: exactly, if everything so far was there; at least, if not.
    private var expected = LSN.first
    private var isContiguous = false
    private var epoch: UInt32 = 0
    private var done: UInt64 = 0
    private var total: UInt64 = 0

    init(
        _ directory: LogDirectory, durable: LSN = .none, pastCache: Bool = false, stopsAtDamage: Bool = false,
        showsIncompleteBatch: Bool = false
    ) {
        self.directory = directory
        self.durable = durable
        self.pastCache = pastCache
        self.stopsAtDamage = stopsAtDamage
        self.showsIncompleteBatch = showsIncompleteBatch
        report = LogReport(log: directory.log)
    }

    private var isStopped: Bool { stopsAtDamage && !report.damages.isEmpty }

    /// - Parameters:
    ///   - index: of the first segment to look at.
    ///   - body: gets each sound record.
    mutating func run(from index: Int = 0, _ body: (Record) throws -> Void) throws {
        let segments = directory.segments
        total = segments[min(index, segments.count)...].reduce(0) { $0 + UInt64($1.size) }
        if segments.count > index, directory.isInPlace(segments[index]), let header = segments[index].header {
            expected = header.first
            isContiguous = true
        } else {
            isContiguous = segments.first?.number == 1
        }
        for position in segments.indices.dropFirst(index) where !isStopped {
            try visit(position, after: position > index ? segments[position - 1] : nil, body)
            done += UInt64(segments[position].size)
            progress(done, total)
        }
        if !isStopped, report.damages.isEmpty, segments.count == index, durable > .none {
            add(.truncated, LogFiles.segment(1), at: 0, from: .first, to: durable)
        }
    }

    private mutating func visit(
        _ index: Int, after previous: LogDirectory.Segment?, _ body: (Record) throws -> Void
    ) throws {
        let segment = directory.segments[index]
        if let previous, segment.number != previous.number &+ 1 {
            add(
                .gap, LogFiles.segment(previous.number + 1), at: 0, from: expected,
                before: directory.first(of: segment.number))
            isContiguous = false
            if isStopped { return }
        }
        guard let header = segment.header, directory.isInPlace(segment), isNext(header) else {
            if try isUnbegun(index) {
                report.unbegun.append(segment.name)
            } else {
                let next = segment.number == .max ? nil : directory.first(of: segment.number + 1)
                add(.header, segment.name, at: 0, from: expected, before: next)
                isContiguous = false
            }
            return
        }
        expected = header.first
        isContiguous = true
        try scan(segment, header, index, body)
    }

    /// Whether a segment follows from the one before it.
    private func isNext(_ header: SegmentHeader) -> Bool {
        header.first >= .first && header.epoch >= epoch
            && (isContiguous ? header.first == expected : header.first >= expected)
    }

    private mutating func add(
        _ kind: LogDamage.Kind, _ file: String, at offset: Int, from first: LSN, before next: LSN?
    ) {
        let last = next.map { LSN($0.rawValue - 1) } ?? (durable >= first ? durable : nil)
        add(kind, file, at: offset, from: first, to: last)
    }

    private mutating func add(_ kind: LogDamage.Kind, _ file: String, at offset: Int, from first: LSN, to last: LSN?) {
        report.damages.append(
            LogDamage(
                kind: kind, file: file, offset: UInt64(offset), first: first, last: last.map { max(first, $0) }))
    }
}

// MARK: one segment

extension LogWalk {
    private mutating func scan(
        _ segment: LogDirectory.Segment, _ header: SegmentHeader, _ index: Int, _ body: (Record) throws -> Void
    ) throws {
        epoch = max(epoch, header.epoch)
        let path = directory.path(segment.name)
        // A live log may just have recycled it: it begins with the next one then.
        if report.segments.isEmpty, access(path, F_OK) != 0, errno == ENOENT {
            isContiguous = false
            return
        }
        let chain = RecordChain(next: header.first, epoch: epoch, isAnywhere: report.segments.isEmpty)
        var scanner = SegmentScanner(try FileWindow(path, pastCache: pastCache), header: header, chain: chain)
        var summary = LogReport.Segment(
            name: segment.name, number: segment.number, first: header.first, last: nil, records: 0, bytes: 0,
            size: UInt64(segment.size), created: header.created, firstEpoch: header.epoch, lastEpoch: header.epoch)
        repeat {
            try read(&scanner, &summary, body)
        } while try goesOn(&scanner, &summary, segment, index, body)
        finish(scanner, summary)
    }

    /// Up to the first place without a sound next batch.
    private mutating func read(
        _ scanner: inout SegmentScanner, _ summary: inout LogReport.Segment, _ body: (Record) throws -> Void
    ) throws {
        let (header, damages) = (scanner.header, report.damages.count)
        var lsn = scanner.chain.next
        let (first, begin) = (lsn, scanner.position)
        var mark = begin + Self.step
        while try scanner.nextBatch({ bytes, offset in
            try body(Record(bytes: bytes, offset: offset, segment: header, lsn: LSN(lsn), damages: damages))
            lsn += 1
        }) > 0 {
            if scanner.position >= mark {
                progress(done + UInt64(mark), total)
                mark += Self.step
            }
        }
        note(LSN(first), count: lsn - first, scanner.position - begin, &summary)
        if lsn > first { summary.lastEpoch = scanner.chain.epoch }
    }

    /// Bytes between two calls of `progress`.
    private static var step: Int { 1 << 23 }

    private mutating func finish(_ scanner: borrowing SegmentScanner, _ summary: LogReport.Segment) {
        report.segments.append(summary)
        report.records += summary.records
        report.bytes += summary.bytes
        report.last = summary.last ?? report.last
        epoch = max(epoch, scanner.chain.epoch)
        expected = LSN(scanner.chain.next)
        end = End(
            header: scanner.header, name: summary.name, offset: scanner.position, last: LSN(scanner.chain.next - 1),
            epoch: epoch)
    }

    /// Judges where the records have ended.
    /// - Returns: whether there are more behind it, after a damage.
    private mutating func goesOn(
        _ scanner: inout SegmentScanner, _ summary: inout LogReport.Segment, _ segment: LogDirectory.Segment,
        _ index: Int, _ body: (Record) throws -> Void
    ) throws -> Bool {
        let (stop, stopped, missing) = (scanner.stop, scanner.stopped, scanner.missing)
        let next = segment.number == .max ? nil : directory.first(of: segment.number + 1)
        let isWhole = stopped == scanner.position
        // The next segment begins where this one ends, or has to explain itself.
        if let next, next <= missing, isWhole { return false }
        let isLast = index == directory.segments.count - 1
        let mayFollow = !isLast && couldBeUnbegun(index + 1)
        var known = next.map { LSN($0.rawValue - 1) } ?? .none
        // What is missing behind a clean end may be what a segment that cannot be read began with.
        if isLast || !(stop == .zero || stop == .full) { known = max(known, durable) }
        if stop == .short, isLast || next != nil { known = max(known, missing) }
        if !isLast, !mayFollow, next == nil, !isWhole || stop == .unsound { known = max(known, missing) }
        let search = try SegmentSearch(&scanner, from: stopped, missing: missing, durable: known)
        guard search.durable >= missing else {
            if !isLast, !mayFollow { return false }
            if isWhole, search.records == 0, stop == .zero || stop == .full { return false }
            report.torn = LogReport.Torn(
                file: segment.name, offset: UInt64(scanner.position),
                bytes: UInt64(max(search.end, stopped) - scanner.position),
                records: missing.rawValue - scanner.chain.next + UInt64(search.records))
            if showsIncompleteBatch { _ = try readIncompleteBatch(&scanner, body) }
            return false
        }
        let kind = kind(stop, at: stopped, search, isInside: search.next != nil || next != nil)
        let last = search.next.map { LSN($0.lsn.rawValue - 1) } ?? next.map { LSN($0.rawValue - 1) }
        add(kind, segment.name, at: stopped, from: missing, to: last ?? (durable >= missing ? durable : nil))
        isContiguous = false
        guard !stopsAtDamage else { return false }
        let count = try readIncompleteBatch(&scanner, body)
        note(LSN(scanner.chain.next), count: count, scanner.stopped - scanner.position, &summary)
        guard let found = search.next else { return false }
        scanner.resume(at: found.offset, lsn: found.lsn, epoch: found.epoch)
        isContiguous = true
        return true
    }

    /// Sound records of a batch that is not there as a whole.
    /// - Returns: how many.
    private func readIncompleteBatch(
        _ scanner: inout SegmentScanner, _ body: (Record) throws -> Void
    ) throws -> UInt64 {
        let (header, damages) = (scanner.header, report.damages.count)
        var lsn = scanner.chain.next
        try scanner.incompleteBatch { bytes, offset in
            try body(Record(bytes: bytes, offset: offset, segment: header, lsn: LSN(lsn), damages: damages))
            lsn += 1
        }
        return lsn - scanner.chain.next
    }

    private mutating func note(_ first: LSN, count: UInt64, _ bytes: Int, _ summary: inout LogReport.Segment) {
        guard count > 0 else { return }
        if report.first == .none { report.first = first }
        summary.last = LSN(first.rawValue + count - 1)
        summary.records += count
        summary.bytes += UInt64(bytes)
    }

    private func kind(
        _ stop: SegmentScanner.Stop, at offset: Int, _ search: SegmentSearch, isInside: Bool
    ) -> LogDamage.Kind {
        switch stop {
        case .short: .truncated
        case .unsound: search.next?.offset == offset ? .gap : .crc
        case .zero, .full: isInside ? .gap : .truncated
        }
    }
}

// MARK: a segment that was not begun

extension LogWalk {
    /// Whether a crash can have left this file behind before its header was synced, going by the headers alone: it is the last
    /// one, has no sound header, or still that of a segment from before the log's beginning, out of which it was to be made.
    private func couldBeUnbegun(_ index: Int) -> Bool {
        let segment = directory.segments[index]
        guard index == directory.segments.count - 1 else { return false }
        guard let header = segment.header else { return true }
        let oldest = directory.segments[0].number
        return header.log == directory.log && header.number < oldest && index > 0
    }

    /// Whether the last file holds nothing and never did: ``couldBeUnbegun(_:)``, the one before it is there to its end, no record
    /// that it could have begun with is known to have been durable, and nothing in it looks like one. No record is written
    /// before the header is synced, so that nothing is lost with such a file.
    private func isUnbegun(_ index: Int) throws(SagaLogError) -> Bool {
        let segment = directory.segments[index]
        guard couldBeUnbegun(index), isContiguous, durable < expected else { return false }
        guard index == 0 ? segment.number == 1 : segment.number == directory.segments[index - 1].number &+ 1 else {
            return false
        }
        var window = try FileWindow(directory.path(segment.name), pastCache: pastCache)
        let records = UInt64(segment.size / RecordFormat.headerBytes)
        let lsns = expected.rawValue...expected.rawValue.addingReportingOverflow(records).partialValue
        for offset in stride(from: SegmentHeader.bytes, to: segment.size, by: 8) {
            let bytes = try window.bytes(at: offset, atLeast: min(RecordFormat.headerBytes, segment.size - offset))
            guard let base = bytes.baseAddress, bytes.count >= RecordFormat.headerBytes else { break }
            if RecordFormat.plausibleLength(base, available: segment.size - offset) != nil,
                lsns.contains(RecordFormat.lsn(base))
            {
                return false
            }
        }
        return true
    }
}
