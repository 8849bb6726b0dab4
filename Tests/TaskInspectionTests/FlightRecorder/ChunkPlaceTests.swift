import Testing

@testable import TaskInspection

/// What of a copy is in the recording, when threads wrote on while it was made.
struct ChunkPlaceTests {
    private func place(_ thread: UInt32, _ order: UInt32, isFull: Bool = true) -> ChunkPlace {
        ChunkPlace(thread: thread, order: order, isFull: isFull, index: 0)
    }

    @Test func chunksOfAThreadFollowEachOther() {
        let unbroken = ChunkPlace.unbroken([place(1, 7), place(0, 3, isFull: false), place(1, 6), place(0, 2)])
        #expect(unbroken == [place(0, 2), place(0, 3, isFull: false), place(1, 6), place(1, 7)])
    }

    @Test func whatIsOlderThanOneThatWasOverwrittenIsLeftOut() {
        #expect(ChunkPlace.unbroken([place(0, 1), place(0, 3), place(0, 4)]) == [place(0, 3), place(0, 4)])
        #expect(ChunkPlace.unbroken([place(0, 1), place(1, 2)]) == [place(0, 1), place(1, 2)])
    }

    @Test func whatWasWrittenAfterTheCopyOfAnOpenChunkIsLeftOut() {
        let open = place(0, 4, isFull: false)
        #expect(ChunkPlace.unbroken([place(0, 3), open, place(0, 5), place(0, 6)]) == [place(0, 3), open])
    }

    @Test func nothingIsNothing() { #expect(ChunkPlace.unbroken([]).isEmpty) }
}
