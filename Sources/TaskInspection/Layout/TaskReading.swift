internal import CSagascope

/// What the object of a suspended task says: its async stack and what it waits for.
struct TaskReading {
    var header: sgs_task_header
    /// Where it goes on, and where its callers do, innermost first.
    var frames: [UInt64] = []
    var waitsFor: sgs_dependency?
    /// The metadata of the actor or executor whose turn it waits for.
    var executor: UInt64 = 0
}

/// Reads the objects of suspended tasks, while the tasks go on: what was read of one counts only if its record and its object
/// say afterwards that it did not move meanwhile.
struct TaskReader {
    /// Frames of a stack that are kept; deeper ones are cut.
    static let frameLimit = 128
    private static let batch = 512

    private let records: ArraySlice<sgs_task>
    private var readings: [TaskReading?]

    /// - Returns: for each record a reading; nil for a task that moved meanwhile or is gone. One that runs has no frames, also
    ///   where its record does not know (on an actor).
    static func read(_ records: [sgs_task]) -> [TaskReading?] {
        var all: [TaskReading?] = []
        all.reserveCapacity(records.count)
        for start in stride(from: 0, to: records.count, by: batch) {
            var reader = TaskReader(records[start..<min(start + batch, records.count)])
            reader.read()
            all += reader.readings
        }
        return all
    }

    private init(_ records: ArraySlice<sgs_task>) {
        self.records = records
        readings = Array(repeating: nil, count: records.count)
    }

    private mutating func read() {
        for (position, header) in headers().enumerated() { readings[position] = header.map { TaskReading(header: $0) } }
        readWaits()
        readFrames()
        keepUnmoved()
    }

    private func headers() -> [sgs_task_header?] {
        let found = GuardedMemory.readTasks(records.map { UInt64(UInt(bitPattern: $0.address)) })
        return zip(found, records).map { header, record in header?.id == record.id ? header : nil }
    }

    private mutating func readWaits() {
        let places = readings.map { reading -> UInt64 in
            guard let header = reading?.header, header.status & UInt32(SGS_STATUS_WAITS) != 0 else { return 0 }
            return header.dependency
        }
        var waits: [(Int, sgs_dependency)] = []
        GuardedMemory.read(places, bytes: Int(SGS_DEPENDENCY_BYTES)) { position, bytes in
            var wait = sgs_dependency()
            sgs_layout_dependency(bytes, &wait)
            waits.append((position, wait))
        }
        var actors = [UInt64](repeating: 0, count: readings.count)
        for (position, wait) in waits {
            readings[position]?.waitsFor = wait
            if wait.kind == UInt32(SGS_WAITS_FOR_EXECUTOR) { actors[position] = wait.on }
        }
        var executors = actors
        GuardedMemory.readWords(actors, count: 1) { position, words in executors[position] = words[0] }
        for position in readings.indices where actors[position] != 0 && executors[position] != actors[position] {
            readings[position]?.executor = executors[position]
        }
    }

    private mutating func readFrames() {
        var contexts = [UInt64](repeating: 0, count: readings.count)
        var entries = contexts
        for (position, record) in zip(readings.indices, records) {
            guard let header = readings[position]?.header, header.status & UInt32(SGS_STATUS_RUNNING) == 0,
                !record.isSeenRunning
            else { continue }
            let resume = Self.resume(header, record)
            if sgs_layout_is_adapter(resume) != 0 {
                // Not begun: its one frame is the function it will begin with.
                entries[position] = header.context &- UInt64(SGS_ENTRY_BEFORE)
            } else {
                readings[position]?.frames.reserveCapacity(12)
                readings[position]?.frames.append(resume)
                contexts[position] = header.context
            }
        }
        var found: [(Int, UInt64)] = []
        GuardedMemory.readWords(entries, count: 1) { position, words in found.append((position, words[0])) }
        for (position, entry) in found { readings[position]?.frames.append(entry) }
        // What is read of a task that goes on meanwhile may be anything, a circle too.
        for _ in 0..<2 * Self.frameLimit where contexts.contains(where: { $0 != 0 }) { contexts = walk(contexts) }
    }

    /// Bytes up to a context and with it that are read at once: a task's memory grows upwards, so that the contexts of its
    /// callers mostly lie there, and a read costs more than what it reads.
    private static let window = 1024
    private static let contextBytes = 16

    /// From each context to its callers', as far as one read reaches.
    /// - Returns: where to go on; 0 where a stack is whole.
    private mutating func walk(_ contexts: [UInt64]) -> [UInt64] {
        var next = contexts
        let reach = UInt64(Self.window - Self.contextBytes)
        GuardedMemory.read(contexts.map { $0 > reach ? $0 - reach : 0 }, bytes: Self.window) { position, bytes in
            let start = contexts[position] - reach
            var context = contexts[position]
            repeat {
                let parent = take(position, UnsafeRawPointer(bytes) + Int(context - start))
                // Upwards only where the memory goes on somewhere else: by the next read.
                let isInside = parent >= start && parent < context
                context = parent
                if !isInside { break }
            } while true
            next[position] = context
        }
        // What does not lie so deep in its memory.
        let single = zip(contexts, next).map { $0 == $1 ? $0 : 0 }
        GuardedMemory.read(single, bytes: Self.contextBytes) { position, bytes in next[position] = take(position, bytes)
        }
        for position in contexts.indices where next[position] == contexts[position] { next[position] = 0 }
        return next
    }

    /// Takes the frame that a context stands for: where its function's caller goes on.
    /// - Returns: the caller's context; 0 when that is the runtime, which is no frame, or the stack is too deep.
    private mutating func take(_ position: Int, _ context: UnsafeRawPointer) -> UInt64 {
        let parent = context.loadUnaligned(as: UInt64.self)
        let resume = context.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        // Changed in place: a copy of each stack at each step would be most of the time of a dump.
        guard parent != 0, let last = readings[position]?.frames.last else { return 0 }
        if resume != last { readings[position]?.frames.append(resume) }
        return readings[position]?.frames.count ?? 0 >= Self.frameLimit ? 0 : parent
    }

    /// Our own function stands for the task's.
    private static func resume(_ header: sgs_task_header, _ record: sgs_task) -> UInt64 {
        sgs_tasks_is_run_function(header.resume) != 0 ? UInt64(UInt(bitPattern: record.resume)) : header.resume
    }

    private mutating func keepUnmoved() {
        for ((position, record), header) in zip(zip(readings.indices, records), headers()) {
            // Of a running task nothing but its priority and whether it is cancelled is told.
            guard let before = readings[position]?.header, !record.isSeenRunning else { continue }
            let isSame =
                header?.resume == before.resume && header?.context == before.context
                && header?.dependency == before.dependency && header?.status == before.status
            // What is read while tracking is off may have moved and come back unseen: a function at 0 shows it.
            let isWhole = readings[position]?.frames.contains(0) == false
            if !isSame || !isWhole || sgs_tasks_find(record.id).map({ sgs_task_word($0) == record.word }) != true {
                readings[position] = nil
            }
        }
    }
}
