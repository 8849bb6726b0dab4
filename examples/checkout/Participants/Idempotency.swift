import GRDB
import HTTPTypes

/// Names one operation on one order, for example `order-000042/charge-card`: the same for every delivery of a request.
struct IdempotencyKey: Hashable, Sendable {
    static let header = "Idempotency-Key"

    let text: String

    init(order: String, operation: String) { text = "\(order)/\(operation)" }

    init?(_ headers: HTTPFields) {
        guard let name = HTTPField.Name(Self.header), let text = headers[name], !text.isEmpty else { return nil }
        self.text = text
    }

    var operation: Substring { text.drop { $0 != "/" }.dropFirst() }
}

/// The answers a participant gave, by key.
///
/// An answer is stored in the transaction that does the work, so there is never one without the other: a request that
/// arrives twice changes nothing and gets the same answer twice.
enum AnswerTable {
    static func create(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE answer (
                    key TEXT PRIMARY KEY NOT NULL, status INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL
                ) WITHOUT ROWID
                """)
    }

    /// The stored answer to `key`, or else the answer of `work`, which is stored now.
    static func answer(
        to key: IdempotencyKey, in database: Database, work: (Database) throws -> Answer
    ) throws -> (answer: Answer, replayed: Bool) {
        let stored = try Row.fetchOne(
            database, sql: "SELECT status, code, message FROM answer WHERE key = ?", arguments: [key.text])
        if let stored {
            return (Answer(status: stored["status"], code: stored["code"], message: stored["message"]), true)
        }
        let answer = try work(database)
        try database.execute(
            sql: "INSERT INTO answer (key, status, code, message) VALUES (?, ?, ?, ?)",
            arguments: [key.text, answer.status, answer.code, answer.message])
        return (answer, false)
    }
}

extension Answer {
    static let missingKey = Answer(
        status: 400, code: "missing_key", message: "send the header \(IdempotencyKey.header): ORDER/OPERATION")
}
