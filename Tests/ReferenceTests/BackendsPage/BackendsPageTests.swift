import Foundation
import Sagascope
import TestSupport
import Testing

/// docs/backends.md tells what the code does.
struct BackendsPageTests {
    private let page: String

    init() throws { page = try Self.text("docs/backends.md") }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: Tool.packageRoot.appending(path: path), encoding: .utf8)
    }

    @Test func everyPieceOfCodeIsCompiled() throws {
        let compiled = try Self.text("Tests/ReferenceTests/BackendsPage/Snippets.swift")
        let pieces = page.components(separatedBy: "```swift\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
        #expect(pieces.count >= 8)
        for piece in pieces {
            let indented = piece.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n")
            #expect(compiled.contains(indented), "not in Snippets.swift:\n\(piece)")
        }
    }

    @Test func everyDetectorHasItsRow() {
        for (name, _) in ResourceDetection.names { #expect(page.contains("| `\(name)` |"), "no row for \(name)") }
    }
}
