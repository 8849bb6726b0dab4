/// What a log consists of, and whether it is sound.
public struct LogReport: Sendable, Hashable, Codable {
    /// What a log can be: each has an exit code of `sagascope log verify`.
    public enum Condition: String, Sendable, Codable {
        case sound
        /// The last sync was cut short: nothing is lost that was ever said to be durable, and opening the log mends it.
        case torn
        case corrupt
    }

    public struct Segment: Sendable, Hashable, Codable {
        public var name: String
        public var number: UInt64
        /// What its first record has, or will have.
        public var first: LSN
        /// nil without a record.
        public var last: LSN?
        public var records: UInt64
        /// Up to the end of its last record.
        public var bytes: UInt64
        /// Of the file.
        public var size: UInt64
        /// Unix ns when it was begun.
        public var created: UInt64
        public var firstEpoch: UInt32
        public var lastEpoch: UInt32
    }

    public struct Snapshot: Sendable, Hashable, Codable {
        public var name: String
        public var lsn: LSN
        public var size: UInt64
        /// nil when it is sound, or was not looked into.
        public var damage: LogDamage?

        public init(name: String, lsn: LSN, size: UInt64, damage: LogDamage? = nil) {
            self.name = name
            self.lsn = lsn
            self.size = size
            self.damage = damage
        }
    }

    /// The end of a log whose last sync was cut short.
    public struct Torn: Sendable, Hashable, Codable {
        public var file: String
        /// Behind the last batch that is there as a whole.
        public var offset: UInt64
        /// From there on up to the last byte that is not 0.
        public var bytes: UInt64
        /// Sound records among them.
        public var records: UInt64
    }

    /// Random, and the same in all files of the log; in hexadecimal.
    public var log: String
    public var segments: [Segment] = []
    /// Segment files that a crash left before they were begun.
    public var unbegun: [String] = []
    public var snapshots: [Snapshot] = []
    /// LSN of the first record, and of the last that is sound; ``LSN/none`` without a record.
    public var first = LSN.none
    public var last = LSN.none
    public var records: UInt64 = 0
    /// Of records.
    public var bytes: UInt64 = 0
    public var torn: Torn?
    public var damages: [LogDamage] = []

    public var condition: Condition { !damages.isEmpty ? .corrupt : torn == nil ? .sound : .torn }

    init(log: UInt64?) { self.log = log.map { String($0, radix: 16) } ?? "" }
}
