import SagaParticipant
import Testing

@testable import checkout

@Suite("What goes wrong is decided by the seed")
struct FaultPlanTests {
    /// The first outputs of Vigna's splitmix64.c for this seed.
    @Test func generatesTheReferenceSequence() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
        #expect(random.next() == 9_817_491_932_198_370_423)
    }

    @Test func repeatsARunAndChangesWithTheSeed() {
        let keys = (1...2_000).map { IdempotencyKey.of(.make($0, seed: 1), .bookShipping, .action) }
        func faults(seed: UInt64) -> [FaultPlan.Fault?] {
            keys.map { FaultPlan(seed: seed).fault(for: $0, delivery: 1) }
        }
        #expect(faults(seed: 1) == faults(seed: 1))
        #expect(faults(seed: 1) != faults(seed: 2))
        let unavailable = faults(seed: 1).count { $0 == .unavailable }
        #expect((90...180).contains(unavailable), "6.8 % of 2,000 are planned")
    }

    @Test func healsWhatIsMeantToHeal() {
        let plan = FaultPlan(seed: 1)
        let keys = (1...2_000).map { IdempotencyKey(text: "run-\($0)/confirm-sale/action") }
        let faulty = keys.filter { plan.fault(for: $0, delivery: 1) != nil }
        #expect(!faulty.isEmpty)
        #expect(faulty.allSatisfy { plan.fault(for: $0, delivery: 2) == nil })
    }
}
