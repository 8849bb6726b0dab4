import SagaParticipant
import TestSupport
import Testing

@Suite("Keys and their text")
struct BarrierKeyTests {
    @Test(arguments: [
        ("order-42", "charge-card"), ("a/b", "c/d"), ("50%", "%2F"), ("Grüße", "東京 ☂"), (" ", "\""), ("..", "/"),
        (String(repeating: "/", count: 255), String(repeating: "%", count: 255)),
    ])
    func theTextIsReadBackAndFitsAHeader(run: String, step: String) throws {
        let key = try BarrierKey(run: run, step: step)
        for operation in BarrierOperation.allCases {
            let text = key.text(of: operation)
            #expect(text.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "not a header's value: \(text)")
            let read = try BarrierKey.parse(text)
            #expect(read.key == key && read.operation == operation)
            #expect(read.key.run == run && read.key.step == step)
            let again = try BarrierKey(text, for: operation)
            #expect(again == key)
        }
    }

    @Test func theTextIsWhatTheDocumentationSays() throws {
        let key = try BarrierKey(run: "order-42", step: "charge-card")
        #expect(key.text(of: .action) == "order-42/charge-card/action")
        #expect(key.text(of: .compensation) == "order-42/charge-card/compensation")
        let slashes = try BarrierKey(run: "a/b", step: "c")
        #expect(slashes.text(of: .action) == "a%2Fb/c/action")
    }

    /// As a database has it, which compares bytes.
    @Test func keysThatLookAlikeAreNotEqual() throws {
        let composed = try BarrierKey(run: "caf\u{e9}", step: "s")
        let decomposed = try BarrierKey(run: "cafe\u{301}", step: "s")
        #expect(composed.run == decomposed.run)
        #expect(composed != decomposed)
    }

    @Test func aPartThatIsNoneIsRefused() throws {
        func refusal(run: String, step: String) -> BarrierKeyError? {
            #expect(throws: BarrierKeyError.self) { try BarrierKey(run: run, step: step) }
        }
        #expect(refusal(run: "", step: "s") == .empty(.run))
        #expect(refusal(run: "r", step: "") == .empty(.step))
        let long = String(repeating: "é", count: 128)
        #expect(refusal(run: "r", step: long) == .tooLong(.step, bytes: 256, limit: 255))
        #expect(refusal(run: "é\u{0}", step: "s") == .controlCharacter(.run, code: 0, offset: 2))
        #expect(refusal(run: "r", step: "a\r\nInjected: b") == .controlCharacter(.step, code: 13, offset: 1))
        #expect(refusal(run: "r", step: "a\u{7f}") == .controlCharacter(.step, code: 127, offset: 1))
        #expect(refusal(run: "r", step: "a\u{85}") == .controlCharacter(.step, code: 0x85, offset: 1))
        let said = "\(BarrierKeyError.controlCharacter(.step, code: 13, offset: 1))"
        #expect(said == "the step of the key has a control character at byte 1, code 13: leave it out")
    }

    @Test(
        arguments: [
            ("", .empty(.text)), ("r", .parts(1)), ("r/s", .parts(2)), ("r/s/action/", .parts(4)),
            ("/s/action", .empty(.run)), ("r//action", .empty(.step)), ("r/s/", .unknownOperation),
            ("r/s/Action", .unknownOperation), ("r%/s/action", .encoding(.run)), ("r/%4g/action", .encoding(.step)),
            ("%ff/s/action", .encoding(.run)), ("%00/s/action", .controlCharacter(.run, code: 0, offset: 0)),
            ("r/s/compensation", .otherOperation(found: "compensation", expected: "action")),
            (String(repeating: "x", count: 256) + "/s/action", .tooLong(.run, bytes: 256, limit: 255)),
            (String(repeating: "x", count: 100_000), .tooLong(.text, bytes: 100_000, limit: 1_544)),
        ] as [(String, BarrierKeyError)])
    func aTextThatIsNoKeyIsRefused(text: String, error: BarrierKeyError) {
        #expect(throws: error) { try BarrierKey(text, for: .action) }
    }

    /// Whatever arrives is refused, or is the text of the key that was read.
    @Test(arguments: 0..<8 as Range<UInt64>) func noTextIsReadAsSomethingElse(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let bytes = Array("ab/%2F0/action/compensation\u{0}\u{7f}é".utf8)
        for _ in 0..<5_000 {
            let length = Int.random(in: 0...40, using: &random)
            let drawn = (0..<length).map { _ in bytes.randomElement(using: &random) ?? 0 }
            guard let (key, operation) = try? BarrierKey.parse(String(decoding: drawn, as: UTF8.self)) else { continue }
            let again = try BarrierKey.parse(key.text(of: operation))
            #expect(again.key == key && again.operation == operation)
        }
    }
}
