import Testing

@testable import SagascopeCLI

struct KeyDecoderTests {
    @Test(
        arguments: [
            ("q", [.character("q")]), ("\u{3}", [.interrupt]), ("\r", [.enter]), ("\n", [.enter]),
            ("\u{7F}", [.backspace]),
            ("\u{1B}[A", [.up]), ("\u{1B}OB", [.down]), ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]),
            ("\u{1B}[H\u{1B}[4~", [.home, .end]),
            ("jé会k", [.character("j"), .character("é"), .character("会"), .character("k")]),
            ("\u{1B}[1;5Cx", [.character("x")]), ("\u{1}\u{1A}x", [.character("x")]),
            ("\u{1B}x", [.escape, .character("x")]), ("\u{1B}\u{1B}[A", [.escape, .up]),
        ] as [(String, [Key])])
    func decodes(text: String, keys: [Key]) {
        var whole = KeyDecoder()
        #expect(whole.feed(Array(text.utf8)) == keys)
        #expect(!whole.isPending)
        // However a slow line cuts it.
        var bytewise = KeyDecoder()
        #expect(text.utf8.flatMap { bytewise.feed([$0]) } == keys)
    }

    @Test func anEscapeAloneIsKnownWhenNothingFollows() {
        var decoder = KeyDecoder()
        #expect(decoder.feed([0x1B]).isEmpty && decoder.isPending)
        #expect(decoder.flush() == [.escape])
        #expect(!decoder.isPending && decoder.flush().isEmpty)
    }

    @Test func garbageIsSkippedAndNotKept() {
        var decoder = KeyDecoder()
        #expect(decoder.feed([0xFF, 0xC0, 0x41, 0x80] + Array("q".utf8)) == [.character("A"), .character("q")])
        #expect(decoder.feed([0x1B, 0x5B] + [UInt8](repeating: 0x30, count: 4_096)).isEmpty)
        #expect(!decoder.isPending)
    }
}
