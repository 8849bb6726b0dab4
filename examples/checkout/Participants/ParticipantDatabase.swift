import GRDB
import SagaParticipantGRDB

/// The SQLite file of one participant.
struct ParticipantDatabase: Sendable {
    let name: String
    let pool: DatabasePool

    /// Creates the file with its tables; there must be none at `path`.
    init(_ participant: any Participant, path: String) throws {
        name = participant.name
        pool = try DatabasePool(path: path)
        try pool.write { database in
            try SQLiteBarrierStore.createTable(in: database)
            try HoldingTable.create(in: database)
            try EffectTable.create(in: database)
            try participant.createTables(in: database)
        }
    }
}
