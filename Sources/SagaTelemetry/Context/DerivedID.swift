import CSagascope

/// Ids that follow from what they identify, so that a replay makes the same ids again and links survive a restart.
///
/// A mix of 64-bit words, not a cryptographic hash: two inputs collide with the probability of two random ids, unless
/// someone who chooses the inputs looks for a collision.
public enum DerivedID {
    /// A hash of text that is the same in every process (FNV-1a, then mixed).
    public static func hash(_ text: String, seed: UInt64 = 0) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return sgs_mix(hash ^ 0xa076_1d64_78bd_642f, UInt64(text.utf8.count) ^ 0xe703_7ed1_a0b4_28db)
    }

    /// The trace id of a run: 128 bits of the saga's name and the caller's own id for the run.
    public static func trace(saga: String, id: String) -> TraceID {
        let name = hash(saga)
        return TraceID(high: hash(id, seed: name), low: hash(id, seed: ~name) | 1)
    }

    /// The span id of (run, what, attempt, kind).
    public static func span(run: TraceID, what: UInt64, attempt: Int, kind: Kind) -> SpanID {
        let word = sgs_mix(
            run.high ^ run.low ^ 0xa076_1d64_78bd_642f
                ^ sgs_mix(what ^ 0xe703_7ed1_a0b4_28db, UInt64(truncatingIfNeeded: attempt) ^ 0x8ebc_6af0_9c88_c6e3),
            0x5899_65cc_7537_4cc3 ^ what ^ (UInt64(kind.rawValue) << 56) ^ run.low)
        return SpanID(word == 0 ? 1 : word)
    }

    /// What the span tells of a run. Raw values are part of the derivation: never renumber.
    public enum Kind: UInt8, Sendable {
        case run = 1
        case step = 2
        case compensation = 3
        case task = 4
    }
}
