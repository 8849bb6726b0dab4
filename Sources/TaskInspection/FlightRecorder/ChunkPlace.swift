/// Where a copied chunk belongs.
struct ChunkPlace: Equatable {
    var thread: UInt32
    /// Among the chunks of its thread.
    var order: UInt32
    var isFull: Bool
    /// In the copy.
    var index: Int

    /// The chunks of each thread in its order, without those beyond a gap.
    ///
    /// Threads go on while chunks are copied one after the other. A chunk that had room is the last of its thread: what
    /// was copied later than that moment is left out. And where one was overwritten before it was copied, what is older
    /// is left out.
    static func unbroken(_ places: [ChunkPlace]) -> [ChunkPlace] {
        let sorted = places.sorted { ($0.thread, $0.order) < ($1.thread, $1.order) }
        var result: [ChunkPlace] = []
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end].thread == sorted[start].thread { end += 1 }
            result += unbrokenRun(sorted[start..<end])
            start = end
        }
        return result
    }

    private static func unbrokenRun(_ places: ArraySlice<ChunkPlace>) -> ArraySlice<ChunkPlace> {
        let last = places.firstIndex { !$0.isFull } ?? places.endIndex - 1
        var first = last
        while first > places.startIndex, places[first - 1].order + 1 == places[first].order { first -= 1 }
        return places[first...last]
    }
}
