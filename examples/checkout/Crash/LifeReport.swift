import Foundation
import SagaRuntime
import Sagascope

/// What a life that was not killed says in the end, in a file.
struct LifeReport: Codable, Sendable {
    /// Runs that the life before had left open, by what became of them.
    var resumed: Int
    var suspended: Int
    /// With the reasons.
    var quarantined: [String]
    /// By order.
    var runs: [String: RunEnd]

    init(_ recovery: RecoveryReport?, _ figures: RunLedger.Figures) {
        resumed = recovery?.resumed.count ?? 0
        suspended = recovery?.suspended.count ?? 0
        quarantined = (recovery?.quarantined ?? []).map { "run \($0.run): \($0.reason)" }
        runs = Dictionary(
            figures.runs.map { ($0.order.id, RunEnd($0.result, reason: $0.reason)) }, uniquingKeysWith: { $1 })
    }

    func json() throws -> [UInt8] { [UInt8](try JSONEncoder().encode(self)) }

    /// - Throws: ``DemoError/noLifeReport(_:reason:)``.
    static func read(_ path: String) throws -> LifeReport {
        do {
            return try JSONDecoder().decode(LifeReport.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw DemoError.noLifeReport(path, reason: "\(error)")
        }
    }
}
