extension FlightRecording {
    /// A trace that https://ui.perfetto.dev opens: a group of tracks for each saga run, a track for each task, on it slices
    /// `ready`, `running` and `blocked`, and arrows from the waker to the woken and from the creator to the created.
    ///
    /// - Parameters:
    ///   - labels: what a task is called, by its id and the label it was noted with, which is 0 where there was none.
    ///   - warnings: what a warning is called, by its number.
    /// - Returns: a `perfetto.protos.Trace`, ordered by time. A task whose creation is older than the recording begins with
    ///   its first event; slices that are open when the recording was taken end there.
    public func perfettoTrace(
        labels: (_ task: UInt64, _ label: UInt32) -> FlightLabel? = { _, _ in nil },
        warnings: (_ warning: UInt64) -> String? = { _ in nil }
    ) -> [UInt8] {
        withoutActuallyEscaping(labels) { labels in
            withoutActuallyEscaping(warnings) { warnings in
                var trace = PerfettoTrace(self, labels: labels, warnings: warnings)
                return trace.encode()
            }
        }
    }
}

/// Writes the packets of one trace. Perfetto calls an arrow a flow, and a track's number its uuid.
private struct PerfettoTrace {
    private typealias Field = PerfettoFields

    private let recording: FlightRecording
    private let labels: (UInt64, UInt32) -> FlightLabel?
    private let warnings: (UInt64) -> String?
    private let firstLabels: [UInt64: UInt32]
    /// Numbers of tracks and arrows are greater: no other process's trace has these.
    private let base: UInt64
    private var out = ProtobufWriter()
    private var tracks: UInt64 = 1
    private var taskTracks: [UInt64: UInt64] = [:]
    private var groupTracks: [String: UInt64] = [:]
    private var names: [String: UInt64] = [:]

    init(
        _ recording: FlightRecording, labels: @escaping (UInt64, UInt32) -> FlightLabel?,
        warnings: @escaping (UInt64) -> String?
    ) {
        self.recording = recording
        self.labels = labels
        self.warnings = warnings
        firstLabels = TaskTimeline.firstLabels(recording.events)
        base = UInt64(UInt32(bitPattern: recording.process.id)) << 32
    }

    mutating func encode() -> [UInt8] {
        out.reserveCapacity(4096 + recording.events.count * 72)
        writeHead()
        var timeline = TaskTimeline(firstLabels: firstLabels)
        for event in recording.events { timeline.add(event) { write($0, at: event.time) } }
        let end = max(recording.time, recording.events.last?.time ?? 0)
        timeline.finish { write($0, at: end) }
        return out.bytes
    }

    // MARK: Packets

    private mutating func packet(
        at time: UInt64? = nil, flags: UInt64 = Field.SequenceFlags.needsIncrementalState,
        _ body: (inout ProtobufWriter) -> Void
    ) {
        // Wraps for events before the machine's start, which no clock can have given.
        let timestamp = time.map { $0 &- (recording.time &- recording.bootTime) }
        out.message(Field.packet) { packet in
            if let timestamp { packet.integer(Field.Packet.timestamp, timestamp) }
            packet.integer(Field.Packet.sequence, 1)
            packet.integer(Field.Packet.sequenceFlags, flags)
            body(&packet)
        }
    }

    /// The clocks, so that times of day are shown; the names that annotations have; the process.
    private mutating func writeHead() {
        let (wall, boot) = (recording.time, recording.bootTime)
        packet(at: recording.events.first?.time ?? wall, flags: Field.SequenceFlags.incrementalStateCleared) { packet in
            packet.message(Field.Packet.clockSnapshot) { snapshot in
                for (clock, time) in [(Field.ClockSnapshot.boottime, boot), (Field.ClockSnapshot.realtime, wall)] {
                    snapshot.message(Field.ClockSnapshot.clocks) {
                        $0.integer(Field.ClockSnapshot.clockID, clock)
                        $0.integer(Field.ClockSnapshot.timestamp, time)
                    }
                }
            }
            packet.message(Field.Packet.internedData) { data in
                for annotation in Annotation.allCases {
                    data.message(Field.InternedData.annotationNames) {
                        $0.integer(Field.InternedData.id, annotation.rawValue)
                        $0.string(Field.InternedData.name, annotation.name)
                    }
                }
            }
        }
        let (process, number) = (recording.process, base + 1)
        packet { packet in
            packet.message(Field.Packet.trackDescriptor) { track in
                track.integer(Field.TrackDescriptor.uuid, number)
                track.message(Field.TrackDescriptor.process) {
                    $0.integer(Field.ProcessDescriptor.id, UInt64(max(0, process.id)))
                    $0.string(Field.ProcessDescriptor.name, process.name)
                }
            }
        }
    }

    // MARK: Tracks

    private mutating func newTrack(_ name: String, under parent: UInt64, isGroup: Bool) -> UInt64 {
        tracks += 1
        let number = base + tracks
        packet { packet in
            packet.message(Field.Packet.trackDescriptor) { track in
                track.integer(Field.TrackDescriptor.uuid, number)
                track.string(Field.TrackDescriptor.name, name)
                track.integer(Field.TrackDescriptor.parent, parent)
                if isGroup { track.integer(Field.TrackDescriptor.childOrdering, Field.TrackDescriptor.chronological) }
                track.integer(Field.TrackDescriptor.siblingMerging, Field.TrackDescriptor.mergeNone)
            }
        }
        return number
    }

    private mutating func writeTrack(of task: UInt64) {
        let label = labels(task, firstLabels[task] ?? 0)
        let group = label?.track ?? "tasks"
        if groupTracks[group] == nil { groupTracks[group] = newTrack(group, under: base + 1, isGroup: true) }
        let name = label.map { "\($0.name) #\(task)" } ?? "task #\(task)"
        taskTracks[task] = newTrack(name, under: groupTracks[group] ?? base + 1, isGroup: false)
    }

    // MARK: Events

    private mutating func write(_ mark: TaskTimeline.Mark, at time: UInt64) {
        switch mark {
        case .track(let task): writeTrack(of: task)
        case .end(let task): event(.sliceEnd, task, time)
        case .begin(let task, .running(let thread), _, let arrow):
            let osThread = Int(thread) < recording.threads.count ? recording.threads[Int(thread)] : 0
            let number = UInt64(max(0, osThread))
            event(.sliceBegin, task, time, "running", (.thread, number), arrivingArrow: arrow)
        case .begin(let task, let state, let waker, let arrow):
            let name = state == .ready ? "ready" : "blocked"
            event(.sliceBegin, task, time, name, waker.map { (.wokenBy, $0) }, arrivingArrow: arrow)
        case .creates(let task, let created, let arrow):
            event(.instant, task, time, "creates", (.task, created), leavingArrow: arrow)
        case .wakes(let task, let woken, let arrow):
            event(.instant, task, time, "wakes", (.task, woken), leavingArrow: arrow)
        case .created(let task, let creator, let arrow):
            event(.instant, task, time, "created", creator.map { (.createdBy, $0) }, arrivingArrow: arrow)
        case .woken(let task, let waker, let arrow):
            event(.instant, task, time, "woken", (.wokenBy, waker), arrivingArrow: arrow)
        case .labelled(let task, let label):
            event(.instant, task, time, labels(task, label)?.name ?? "label \(label)")
        case .warned(let task, let warning):
            event(.instant, task, time, warnings(warning) ?? "warning \(warning)")
        }
    }

    private mutating func event(
        _ type: Field.EventType, _ task: UInt64, _ time: UInt64, _ name: String? = nil,
        _ annotation: (name: Annotation, value: UInt64)? = nil, leavingArrow: UInt64? = nil,
        arrivingArrow: UInt64? = nil
    ) {
        let number = name.map { names[$0] ?? UInt64(names.count + 1) }
        let isNew = name.map { names[$0] == nil } ?? false
        if let name, let number { names[name] = number }
        let (track, base) = (taskTracks[task] ?? 0, base)
        packet(at: time) { packet in
            if isNew, let name, let number {
                packet.message(Field.Packet.internedData) { data in
                    data.message(Field.InternedData.eventNames) {
                        $0.integer(Field.InternedData.id, number)
                        $0.string(Field.InternedData.name, name)
                    }
                }
            }
            packet.message(Field.Packet.trackEvent) { event in
                event.integer(Field.TrackEvent.type, type.rawValue)
                event.integer(Field.TrackEvent.track, track)
                if let number { event.integer(Field.TrackEvent.nameID, number) }
                if let annotation { Self.write(annotation, to: &event) }
                if let leavingArrow { event.fixed64(Field.TrackEvent.flows, base + leavingArrow) }
                if let arrivingArrow { event.fixed64(Field.TrackEvent.terminatingFlows, base + arrivingArrow) }
            }
        }
    }

    private enum Annotation: UInt64, CaseIterable {
        case task = 1
        case thread, createdBy, wokenBy

        var name: String {
            switch self {
            case .task: "task"
            case .thread: "thread"
            case .createdBy: "created_by"
            case .wokenBy: "woken_by"
            }
        }
    }

    private static func write(_ annotation: (name: Annotation, value: UInt64), to event: inout ProtobufWriter) {
        event.message(Field.TrackEvent.annotations) {
            $0.integer(Field.DebugAnnotation.nameID, annotation.name.rawValue)
            $0.integer(Field.DebugAnnotation.unsigned, annotation.value)
        }
    }
}
