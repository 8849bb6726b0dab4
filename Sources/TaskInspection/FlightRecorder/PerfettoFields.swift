/// Field numbers and constants of Perfetto's trace format, as far as a trace of tasks needs them.
/// Source: https://github.com/google/perfetto, `protos/perfetto/trace`: `trace.proto`, `trace_packet.proto`,
/// `clock_snapshot.proto`, `interned_data/interned_data.proto`, `track_event/*.proto`.
enum PerfettoFields {
    static let packet: UInt32 = 1

    enum Packet {
        static let clockSnapshot: UInt32 = 6
        static let timestamp: UInt32 = 8
        static let sequence: UInt32 = 10
        static let trackEvent: UInt32 = 11
        static let internedData: UInt32 = 12
        static let sequenceFlags: UInt32 = 13
        static let trackDescriptor: UInt32 = 60
    }

    /// `TracePacket.SequenceFlags`
    enum SequenceFlags {
        static let incrementalStateCleared: UInt64 = 1
        static let needsIncrementalState: UInt64 = 2
    }

    enum ClockSnapshot {
        static let clocks: UInt32 = 1
        static let clockID: UInt32 = 1
        static let timestamp: UInt32 = 2
        /// `BuiltinClock`
        static let realtime: UInt64 = 1
        static let boottime: UInt64 = 6
    }

    enum InternedData {
        static let eventNames: UInt32 = 2
        static let annotationNames: UInt32 = 3
        /// Of `EventName` and `DebugAnnotationName` alike.
        static let id: UInt32 = 1
        static let name: UInt32 = 2
    }

    enum TrackDescriptor {
        static let uuid: UInt32 = 1
        static let name: UInt32 = 2
        static let process: UInt32 = 3
        static let parent: UInt32 = 5
        static let childOrdering: UInt32 = 11
        static let siblingMerging: UInt32 = 15
        /// `ChildTracksOrdering.CHRONOLOGICAL`
        static let chronological: UInt64 = 2
        /// `SiblingMergeBehavior.SIBLING_MERGE_BEHAVIOR_NONE`: tracks of one name stay apart.
        static let mergeNone: UInt64 = 2
    }

    enum ProcessDescriptor {
        static let id: UInt32 = 1
        static let name: UInt32 = 6
    }

    enum TrackEvent {
        static let annotations: UInt32 = 4
        static let type: UInt32 = 9
        static let nameID: UInt32 = 10
        static let track: UInt32 = 11
        static let flows: UInt32 = 47
        static let terminatingFlows: UInt32 = 48
    }

    /// `TrackEvent.Type`
    enum EventType: UInt64 {
        case sliceBegin = 1
        case sliceEnd = 2
        case instant = 3
    }

    enum DebugAnnotation {
        static let nameID: UInt32 = 1
        static let unsigned: UInt32 = 3
    }
}
