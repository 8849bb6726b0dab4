/// How a log is kept.
public struct SagaLogOptions: Sendable, Hashable {
    /// Of each segment file. At least 1 MiB, a multiple of 4 KiB.
    public var segmentBytes = 64 << 20
    /// Kept on the disk for records that close what has begun, when there is no room for another segment. At least 256 KiB.
    public var reserveBytes = 8 << 20
    /// Records that nobody waits for are durable after this long at most.
    public var maximumDelay = Duration.milliseconds(10)
    /// Segments that are kept for reading, beside those that recovery needs.
    public var retainedSegments = 4
    /// A snapshot is taken each time so many segments are full; 0: only when asked for.
    public var snapshotEvery = 1
    /// Open runs that other processes can see in the mapped view; further ones are counted.
    public var viewSlots = 16_384
    /// Closed runs whose repeated records are still recognised.
    public var rememberedRuns = 65_536
    /// How soon making a segment is tried again after it failed.
    public var retryDelay = Duration.seconds(1)

    public init() {}

    func validate() throws(SagaLogError) {
        func require(_ isMet: Bool, _ text: String) throws(SagaLogError) { if !isMet { throw .invalidOption(text) } }
        try require(
            segmentBytes >= 1 << 20 && segmentBytes % 4096 == 0 && segmentBytes <= 1 << 30,
            "segmentBytes is \(segmentBytes): take a multiple of 4096 from 1 MiB to 1 GiB")
        try require(
            reserveBytes >= 256 << 10 && reserveBytes % 4096 == 0 && reserveBytes <= segmentBytes,
            "reserveBytes is \(reserveBytes): take a multiple of 4096 from 256 KiB to segmentBytes")
        try require(
            (.zero ... .seconds(60)).contains(maximumDelay), "maximumDelay is \(maximumDelay): take up to 60 s")
        try require(
            (.milliseconds(1) ... .seconds(3600)).contains(retryDelay), "retryDelay is \(retryDelay): take up to 3600 s"
        )
        try require(retainedSegments >= 0, "retainedSegments is \(retainedSegments): take 0 or more")
        try require(snapshotEvery >= 0, "snapshotEvery is \(snapshotEvery): take 0 or more")
        try require(
            (0...1 << 20).contains(viewSlots), "viewSlots is \(viewSlots): take from 0 to 1,048,576")
        try require(
            (0...1 << 20).contains(rememberedRuns), "rememberedRuns is \(rememberedRuns): take from 0 to 1,048,576")
    }

    /// Of each of the buffers that appenders write to: a group commit is no longer than this.
    var bufferBytes: Int { min(2 << 20, reserveBytes / 4) }
}
