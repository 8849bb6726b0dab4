import Foundation
import GRDB
import SagaParticipant
import SagaParticipantGRDB
import TestSupport
import Testing

/// docs/participants.md: its code is the code below, and does what the page says.
struct ParticipantsPageTests {
    private func page() throws -> String {
        try String(contentsOf: Tool.packageRoot.appending(path: "docs/participants.md"), encoding: .utf8)
    }

    @Test func everyPieceOfCodeIsCompiled() throws {
        let compiled = try String(contentsOfFile: #filePath, encoding: .utf8)
        let pieces = try page().components(separatedBy: "```swift\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
        #expect(pieces.count == 2)
        let indents = [4, 8].map { String(repeating: " ", count: $0) }
        for piece in pieces {
            let lines = piece.split(separator: "\n", omittingEmptySubsequences: false)
            let isThere = indents.contains { indent in
                compiled.contains(lines.map { $0.isEmpty ? "" : indent + $0 }.joined(separator: "\n"))
            }
            #expect(isThere, "not in this file:\n\(piece)")
        }
    }

    @Test func thePieceOfCodeTakesEffectOnce() async throws {
        try await withTemporaryDirectory { folder in
            let card = try Card(pool: DatabasePool(path: folder.appending(path: "card.sqlite").path))
            for _ in 0..<2 {
                let answer = try card.charge(500, header: "order-1/charge-card/action")
                #expect(answer == "500 of order-1")
            }
            for _ in 0..<2 { try card.refund(header: "order-1/charge-card/compensation") }
            let lines = try card.pool.read { try String.fetchAll($0, sql: "SELECT text FROM line") }
            #expect(lines == ["500 of order-1", "order-1 back"])
            #expect(throws: BarrierKeyError.self) { try card.refund(header: "order-1/charge-card/action") }
            let kept = try card.forget()
            #expect(kept == 0)
        }
    }
}

private struct Card: Sendable {
    let pool: DatabasePool

    init(pool: DatabasePool) throws {
        self.pool = pool
        var migrator = DatabaseMigrator()
        migrator.registerSagaBarrier()
        migrator.registerMigration("line") { try $0.execute(sql: "CREATE TABLE line (text TEXT NOT NULL)") }
        try migrator.migrate(pool)
    }

    let barrier = Barrier(SQLiteBarrierStore())  // its table: migrator.registerSagaBarrier()

    func charge(_ cents: Int, header: String) throws -> String {
        let key = try BarrierKey(header, for: .action)
        return try pool.write { database in
            try barrier.perform(key, in: database) { try debit(cents, for: key.run, in: database) }.answer
        }
    }

    func refund(header: String) throws {
        let key = try BarrierKey(header, for: .compensation)
        try pool.write { db in _ = try barrier.compensate(key, in: db) { try credit(key.run, in: db) } }
    }

    func forget() throws -> Int {
        let forgotten = try pool.write { try barrier.forget(before: Date().addingTimeInterval(-30 * 86_400), in: $0) }
        return forgotten
    }

    private func debit(_ cents: Int, for order: String, in database: Database) throws -> String {
        let line = "\(cents) of \(order)"
        try database.execute(sql: "INSERT INTO line VALUES (?)", arguments: [line])
        return line
    }

    private func credit(_ order: String, in database: Database) throws {
        try database.execute(sql: "INSERT INTO line VALUES (?)", arguments: ["\(order) back"])
    }
}
